"""Pictures in words, for whoever cannot see them or wants the numbers."""

import math

import numpy as np

from toymono.analysis.dashboard_data import ROLES, Dashboard, Frame, kinked_answer
from toymono.analysis.monosemanticity import MONO_THRESHOLD

_DIGITS = 4  # after the point, where that shows a loss's standard error


def _loss(mean: float, error: float) -> str:
    """A loss with its standard error, in as many digits as show the error."""
    if not np.isfinite(mean):
        return "unknown"
    digits = max(_DIGITS, math.ceil(-math.log10(error))) if error > 0 else _DIGITS
    return f"{mean:.{digits}f} (standard error {error:.{digits}f})"


def roles_words(shown: Dashboard) -> str:
    """How many neurons have each role."""
    counts = np.bincount(shown.role, minlength=len(ROLES))
    roles = ", ".join(f"{count} {role}" for role, count in zip(ROLES, counts, strict=True) if count)
    return f"Neurons by role at the end: {roles}."


def neuron_words(shown: Dashboard, neuron: int) -> str:
    """What one neuron responds to."""
    favourite = int(shown.favourite[neuron])
    parts = (
        f"score {shown.score[neuron]:.4f}",
        f"bias {shown.bias[neuron]:.4f}",
        f"|in| |out| {shown.gain[neuron]:.3f}",
        ROLES[shown.role[neuron]],
    )
    answered = int((shown.responses[neuron] > 0).sum())
    features = "1 feature" if answered == 1 else f"{answered} features"
    strongest = f"{shown.responses[neuron, favourite]:.4f}"
    most = f"responds to {features}, feature {favourite} most ({strongest})"
    return f"Neuron {neuron}: {', '.join(parts)}; {most}."


def feature_words(shown: Dashboard, feature: int) -> str:
    """Which neurons respond to a feature, and how it is read out."""
    strongest, answer = int(shown.responses[:, feature].argmax()), kinked_answer(shown, feature)
    bends = f"{len(answer.neuron)} large bends" if len(answer.neuron) != 1 else "1 large bend"
    n_mono = int(shown.mono_neurons[feature])
    mono = "1 monosemantic neuron" if n_mono == 1 else f"{n_mono or 'no'} monosemantic neurons"
    read = f"read out as {shown.answers[-1, feature]:.3f} at strength 1 with {bends}"
    return f"Feature {feature}: {mono}; neuron {strongest} responds to it most; {read}."


def frame_words(frame: Frame) -> str:
    """What a record shows, and why it may have no map."""
    after = _after(frame).capitalize()
    verb = "is" if frame.n_mono == 1 else "are"
    text = f"{after} {frame.n_mono} of {len(frame.score)} neurons {verb} monosemantic"
    if np.isnan(frame.score).all() and np.isfinite(frame.task_loss):
        text = f"{after}: a linear hidden layer has no neurons to score"
    if n_silent := int((frame.score == 0).sum()):
        text = f"{text}, {n_silent} respond to no single feature"
    if np.isfinite(frame.task_loss):
        text = f"{text}; task loss {_loss(frame.task_loss, frame.task_loss_error)}"
    text = f"{text}."
    if frame.values is not None:
        return text
    why = "only runs with --record-params all keep every map"
    return (
        f"{text} There is no map of this record ({why}): dots mark each neuron's favourite feature."
    )


def fall_words(before: Frame, now: Frame) -> str:
    """Why fewer neurons are monosemantic than at an earlier record; empty if no fewer are."""
    if now.n_mono >= before.n_mono:
        return ""
    scores = now.score[(before.score > MONO_THRESHOLD) & ~(now.score > MONO_THRESHOLD)]
    silent = int((scores == 0).sum())
    ends = {"to other features as well": len(scores) - silent, "to no single feature": silent}
    parts = [f"{count} now respond{'s' * (count == 1)} {to}" for to, count in ends.items() if count]
    then = f"Of the neurons that were monosemantic {_after(before)}"
    return f" {then}, {' and '.join(parts)}."


def _after(frame: Frame) -> str:
    return f"after {frame.step} step{'' if frame.step == 1 else 's'}"


def loss_words(frame: Frame) -> str:
    """The task loss at a record, and what the other line is."""
    text = f"Task loss {_after(frame)}: {_loss(frame.task_loss, frame.task_loss_error)}."
    return f"{text} The pale line is the training loss, each of one batch."
