"""Django's admin for those who run the shop: one sign-in for six services, and nothing changed but through services.

``site`` lets in whom the gateway's assertion names; ``model_admin`` shows rows and changes none; ``actions`` are
buttons that call a service, ask before they do, and leave a line in the history; ``columns`` write values for people.
A noun's ``admin.py`` puts them together. Only web processes import any of it: ``urls`` is where it begins.
"""
