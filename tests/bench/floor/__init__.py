"""The floor: a bare Django project with the same rows. It has the middleware of a new project with the session in a signed
cookie, one function a page, SQL by hand and templates of a few lines; no rights, no audit, no forms, no frame around the
page. Nothing of the product is imported but its password hasher."""
