"""Runs the numbered steps on the connection that `retrieval.store.database` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
