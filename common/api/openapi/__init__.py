"""A service's part of the API's document (OpenAPI 3.1).

drf-spectacular finds the routes and reads the serializers; what each operation takes and gives is told by
``common.api.operations``; the rest follows from the views. Nothing of it is loaded where requests are answered.
"""
