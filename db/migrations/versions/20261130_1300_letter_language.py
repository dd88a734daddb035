"""The language of a person's letters."""

from docflow.db.steps import run

revision = "0068_letter_language"
down_revision = "0070_retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("ALTER TABLE notification_preferences ADD COLUMN language text")
    run(
        "ALTER TABLE notification_preferences ADD CONSTRAINT ck_notification_preferences_language_known"
        " CHECK (language IN ('en', 'de'))"
    )


def downgrade() -> None:
    run("ALTER TABLE notification_preferences DROP COLUMN language")
