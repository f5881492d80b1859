"""The server that the gateway runs on: uvicorn, bounded as a door to the street must be (docs/adr/0025)."""
