"""What can be exchanged in a model, each declared once: activations, feature laws, tasks,
penalties, optimisers, schedules, and what happens to weights at the start and after an update.

toymono's own are declared in this room, a user's in a file of their own, both with the decorators
of `declare`. No file here loads JAX.
"""
