"""Orders, and the saga that confirms or cancels each of them."""
