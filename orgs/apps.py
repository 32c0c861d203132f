from django.apps import AppConfig


class OrgsConfig(AppConfig):
    """Floor 1: who decides — units, persons, accounts, posts, delegation."""

    name = "orgs"
    verbose_name = "单位与人员"
    default_auto_field = "django.db.models.BigAutoField"
