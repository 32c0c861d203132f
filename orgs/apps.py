from django.apps import AppConfig

from web.words import zh


class OrgsConfig(AppConfig):
    """Floor 2: who decides — units, persons, accounts, posts, delegation."""

    name = "orgs"
    verbose_name = zh("单位与人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let signing in hold the one session of a person and be noted for the week."""
        from orgs.sign_in import signing_in  # noqa: F401 - its signal receivers register on import
        from orgs.staff import presence  # noqa: F401 - their signal receivers register on import
