"""The exchangeable parts of a model, each declared once: activations, feature laws, tasks,
penalties, optimisers, schedules, and changes of the weights at the start and after an update.

toymono declares its own in this folder, users declare theirs in their own files, both with the
decorators of `declare`. No file here loads JAX.
"""
