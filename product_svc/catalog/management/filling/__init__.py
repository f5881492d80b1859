"""Filling an empty shop with as many believable products as a measurement needs."""
