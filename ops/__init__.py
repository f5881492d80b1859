"""What manage_all.py does. Each module in ``commands`` is a command; these serve them:

- the plan of a run: ``blueprint`` puts together ``servers`` (PostgreSQL, RabbitMQ, Redis, S3), ``processes`` (our own),
  ``ports``, ``environment`` (each process's variables), ``credentials``; ``state`` is the folder that all of it lies in
- carrying it out: ``platform`` brings everything up and down; ``daemon`` talks to the ``supervisor``, which keeps
  processes alive; ``provision``, ``prepare`` and ``seed`` fill empty servers; ``status`` and ``procfs`` look at what
  runs
- the same in containers: ``run``, ``healthy``, ``collect``, ``compose_env``; one ``scheduler`` for all services in both
- the shop as its users see it: ``shop`` and ``transport`` (the API), ``feed`` (the live feed); ``demo``, ``importing``,
  ``exporting`` and ``bench`` use it through these
- proofs: ``verify`` (invariants across the databases), ``suites`` (how the tests are divided), ``doctor``
- generated documents: ``…_page``, ``openapi_…``, ``asyncapi_…``, and ``site``, which makes a site of all pages
"""
