"""Facts between services: outbox, relay, inbox, retries and dead letters.

A service writes a fact to its outbox in the transaction of the change that the fact tells of (``outbox``). The relay
sends it to the broker after the commit (``relay``). In each service that subscribes to it (``subscriptions``), a worker
runs the handler and records that it ran, in one transaction (``inbox``). Nothing is lost, and what arrives twice has
its effect once. ``fact_task`` decides what happens when a handler fails; ``broker`` declares the queues.
"""
