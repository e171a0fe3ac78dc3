"""Alembic's folder: one numbered file in `versions` for each change of the schema."""
