"""Facts between services: outbox, relay, inbox, retries and dead letters.

A service writes a fact down with the change it tells of (``outbox``); the relay sends it after the commit (``relay``);
a worker of each service that must hear it does its part and remembers that it did, in one transaction (``inbox``).
Nothing is lost; what arrives twice has its effect once.
"""
