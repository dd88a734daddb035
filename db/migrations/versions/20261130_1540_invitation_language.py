"""The language that an invitation is written in, which becomes that of the person's letters."""

from docflow.db.steps import run

revision = "0067_invitation_language"
down_revision = "0066_second_factor_rule"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("ALTER TABLE account_tokens ADD COLUMN language text")
    run(
        "ALTER TABLE account_tokens ADD CONSTRAINT ck_account_tokens_language_known"
        " CHECK (language IN ('en', 'de'))"
    )


def downgrade() -> None:
    run("ALTER TABLE account_tokens DROP COLUMN language")
