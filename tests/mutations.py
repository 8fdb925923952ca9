"""Break toymono on purpose, one line at a time, and see whether the test that guards it fails.

    .venv/bin/python tests/mutations.py           all mutations; exit status 1 if a test misses one
    .venv/bin/python tests/mutations.py decay     those whose name holds this word

Each mutation is made in a temporary copy of the repository, where its one test is run.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
NEEDED = ("toymono", "tests", "experiments", "benchmarks", "figures", "pyproject.toml", "README.md")
FAILED, NONE_RUN = 1, 5  # exit statuses of pytest
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


class Mutation(NamedTuple):
    """A wrong version of one piece of the code, and the test that must notice."""

    name: str
    file: str
    old: str  # stands in the file exactly once
    new: str
    test: str


SCIENCE = (
    Mutation(
        "the loss of a network is that of its training",
        "toymono/evidence/tables.py",
        "assign(diverged=data.diverged)",
        "assign(diverged=data.diverged, task_loss=training_loss(data))",
        "test_tables.py::test_the_task_loss_is_that_of_the_recorded_network_and_not_of_its_training",
    ),
    Mutation(
        "what has not learned counts as finished",
        "toymono/evidence/finished.py",
        "~(share_of_zero(data) > MOST_OF_ZERO) & stopped",
        "stopped",
        "test_finished.py::test_a_network_that_never_learned_is_not_finished",
    ),
    Mutation(
        "what still learns counts as finished",
        "toymono/evidence/finished.py",
        "~(share_of_zero(data) > MOST_OF_ZERO) & stopped",
        "~(share_of_zero(data) > MOST_OF_ZERO)",
        "test_finished.py::test_a_network_that_still_learns_is_not_finished",
    ),
    Mutation(
        "unfinished networks are evidence",
        "toymono/evidence/quantities.py",
        "table[table.finished.astype(bool) & ~table.diverged.astype(bool)]",
        "table[~table.diverged.astype(bool)]",
        "test_claims.py::test_unfinished_networks_are_untested_and_counted",
    ),
    Mutation(
        "means are taken before settings are aligned",
        "toymono/evidence/quantities.py",
        'pair(*one.of(tables).align(other.of(tables), join="inner"))',
        "pair(*(v.of(tables).mean(axis=1).to_frame() for v in (one, other)))",
        "test_claims.py::test_settings_are_aligned_before_they_are_divided",
    ),
    Mutation(
        "the seed that chose is tested too",
        "toymono/evidence/quantities.py",
        'measured.drop(index=found.index[0], errors="ignore")',
        "measured",
        "test_claims.py::test_existence_is_tested_on_seeds_that_did_not_choose",
    ),
    Mutation(
        "the t interval has a degree of freedom too many",
        "toymono/evidence/seeds.py",
        "special.stdtrit(several - 1, (1 + LEVEL) / 2)",
        "special.stdtrit(several, (1 + LEVEL) / 2)",
        "test_seeds.py::test_the_interval_of_three_seeds_is_the_textbook_one",
    ),
    Mutation(
        "the interval is one-sided",
        "toymono/evidence/seeds.py",
        "several - 1, (1 + LEVEL) / 2",
        "several - 1, LEVEL",
        "test_seeds.py::test_it_covers_the_mean_as_often_as_it_says",
    ),
    Mutation(
        "Holm's correction is dropped",
        "toymono/evidence/claims.py",
        "(len(order) - rank) * p[part]",
        "p[part]",
        "test_claims.py::test_holm_s_correction_is_the_textbook_one",
    ),
    Mutation(
        "a claim is as strong as its strongest part",
        "toymono/evidence/claims.py",
        '("refuted", "untested", "inconclusive", "supported")',
        '("supported", "untested", "inconclusive", "refuted")',
        "test_claims.py::test_a_claim_is_as_strong_as_its_weakest_part",
    ),
    Mutation(
        "diverged members count as seeds",
        "toymono/evidence/tables.py",
        '"n": int((~part.diverged).sum())',
        '"n": len(part)',
        "test_tables.py::test_a_diverged_member_is_kept_and_flagged",
    ),
    Mutation(
        "the page of a network has the samples of seed 0",
        "toymono/gallery/circuits.py",
        "make_world(config, stored.seed).key_probe",
        "make_world(config, 0).key_probe",
        "test_circuit_figures.py::test_the_page_of_a_network_shows_the_loss_that_its_table_has",
    ),
    Mutation(
        "a wrong transpose is taken",
        "toymono/analysis/given.py",
        "require(fits(shape), name",
        "require(True, name",
        "test_specimen.py::test_what_is_no_network_is_refused_in_one_sentence",
    ),
    Mutation(
        "a smooth activation has a linear block",
        "toymono/analysis/specimen.py",
        "require(is_relu, ",
        "require(True, ",
        "test_circuits.py::test_another_activation_has_no_block_and_all_else",
    ),
    Mutation(
        "an activation that keeps no sign is looked at as those that do",
        "toymono/analysis/responses.py",
        "if net.kind.activation not in _KEEP_SIGNS:",
        "if False:",
        "test_responses.py::test_dead_at_any_amplitude_agrees_with_a_fine_grid_of_amplitudes",
    ),
    Mutation(
        "a figure in a notebook offers to upload itself",
        "toymono/plots/figure.py",
        'super().show(*args, **{"config": CONFIG, **kwargs})',
        "super().show(*args, **kwargs)",
        "test_runs.py::test_a_figure_shown_in_a_notebook_offers_no_upload",
    ),
    Mutation(
        "a score of .9 is monosemantic",
        "toymono/analysis/monosemanticity.py",
        "MONO_THRESHOLD = 0.999",
        "MONO_THRESHOLD = 0.9",
        "test_monosemanticity.py::test_a_neuron_is_mono_strictly_above_the_threshold",
    ),
    Mutation(
        "negative responses count in the score's denominator",
        "toymono/analysis/monosemanticity.py",
        "(_RESPONSE_FLOOR + positive.sum(axis=1))",
        "(_RESPONSE_FLOOR + responses.sum(axis=1))",
        "test_monosemanticity.py::test_negative_responses_count_as_none",
    ),
    Mutation(
        "the loss is a mean over outputs",
        "toymono/toy/tasks.py",
        "jnp.sum(squares if importance",
        "jnp.mean(squares if importance",
        "test_losses.py::test_the_loss_of_the_answer_0_is_what_is_asked_for_squared",
    ),
    Mutation(
        "amplitudes are not divided by the density",
        "toymono/components/feature_laws/independent.py",
        "jnp.where(uniform < densities, uniform / densities, 0.0)",
        "jnp.where(uniform < densities, uniform, 0.0)",
        "test_features.py::"
        "test_amplitudes_of_features_that_are_on_have_the_moments_of_the_uniform_law",
    ),
    Mutation(
        "robustness: a lever is better whatever it loses",
        "experiments/robustness.py",
        "more.low > 0 and ratio.high < MOST_LOSS",
        "more.low > 0",
        "test_robustness.py::test_a_lever_is_better_only_if_it_covers_more_at_no_higher_loss",
    ),
    Mutation(
        "robustness: unfinished networks count",
        "experiments/robustness.py",
        "table[column].where(table.finished.astype(bool))",
        "table[column]",
        "test_robustness.py::test_levers_are_held_against_the_offset_of_the_same_context_and_seed",
    ),
    Mutation(
        "robustness: the decay forgets the rate",
        "toymono/sweeps/robustness.py",
        "FOLDS / (context.rate * half)",
        "FOLDS / (RATE * half)",
        "test_robustness.py::test_the_decay_takes_biases_as_far_at_every_rate",
    ),
    Mutation(
        "desk: the decay forgets the rate",
        "toymono/sweeps/paper.py",
        "(decay * _LOW_RATE / rate,)",
        "(decay,)",
        "test_presets.py::test_batches_of_one_rate_take_biases_as_far_at_the_desk_s_rate",
    ),
    Mutation(
        "law: one draw for all groups",
        "toymono/components/feature_laws/groups.py",
        "draws[..., n:][..., bound.group]",
        "draws[..., n:][..., 0 * bound.group]",
        "test_feature_laws.py::test_pairs_are_on_together_as_often_as_the_law_says",
    ),
    Mutation(
        "law: one Gaussian for all features",
        "toymono/components/feature_laws/copulas.py",
        "jnp.stack([gaussian, u[..., 1, :]], axis=-2)",
        "jnp.stack([gaussian[:1] + 0 * gaussian, u[..., 1, :]], axis=-2)",
        "test_feature_laws.py::test_pairs_are_on_together_as_often_as_the_law_says",
    ),
    Mutation(
        "law: lift is a share of samples",
        "toymono/components/feature_laws/groups.py",
        "density * (lift - 1) / jnp.maximum(1 - density, _TINY)",
        "density * lift",
        "test_feature_laws.py::test_lift_is_how_much_more_often_one_of_a_pair_comes_with_the_other",
    ),
    Mutation(
        "law: siblings overlap",
        "toymono/components/feature_laws/trees.py",
        "jnp.maximum(branches, 0) @ lengths",
        "jnp.maximum(branches, 0) @ lengths / 2",
        "test_feature_laws.py::test_a_child_is_on_only_with_its_parent_and_without_its_siblings",
    ),
    Mutation(
        "law: the roots have the density",
        "toymono/components/feature_laws/trees.py",
        "root = density / relative.mean()",
        "root = density",
        "test_feature_laws.py::test_the_mean_density_is_the_one_given",
    ),
    Mutation(
        "law: amplitudes are those of the Gaussians",
        "toymono/components/feature_laws/copulas.py",
        "jnp.stack([gaussian, u[..., 1, :]], axis=-2)",
        "jnp.stack([gaussian, u[..., 0, :]], axis=-2)",
        "test_feature_laws.py::test_amplitudes_are_uniform_and_say_nothing_of_each_other",
    ),
    Mutation(
        "law: covariances leave out the amplitude",
        "toymono/analysis/theory.py",
        'joint * amplitude["mean"] ** 2',
        'joint * amplitude["mean"]',
        "test_amplitude_laws.py::test_covariances_are_those_of_the_amplitudes",
    ),
    Mutation(
        "columns of the embedding have any length",
        "toymono/toy/features.py",
        "orthogonal / jnp.linalg.norm(orthogonal, axis=0)",
        "orthogonal",
        "test_features.py::test_every_feature_is_embedded_with_unit_length",
    ),
)
ELHAGE = (
    Mutation(
        "toy: dimensionality forgets a feature's own length",
        "toymono/analysis/superposition.py",
        "_over(jnp.diag(gram) ** 2, (gram**2).sum(axis=1))",
        "_over(jnp.diag(gram), (gram**2).sum(axis=1))",
        "test_superposition.py::test_orthogonal_features_have_a_dimension_each",
    ),
    Mutation(
        "toy: dimensions per feature count lengths, not their squares",
        "toymono/analysis/superposition.py",
        "len(directions) / jnp.square(directions).sum()",
        "len(directions) / jnp.abs(directions).sum()",
        "test_superposition.py::"
        "test_polytopes_in_orthogonal_subspaces_have_the_famous_fractions_of_a_dimension",
    ),
    Mutation(
        "toy: an antipodal pair suffers twice when it meets",
        "toymono/analysis/phases.py",
        "p**2 * (1 + r) / 6",
        "p**2 * (1 + r) / 3",
        "test_phases.py::test_losses_are_those_of_samples",
    ),
    Mutation(
        "toy: training knows no importance",
        "toymono/training/train.py",
        "squared_error(outputs, data.batch.targets, counts)",
        "squared_error(outputs, data.batch.targets)",
        "test_architectures.py::test_what_is_trained_counts_outputs_by_their_importance",
    ),
    Mutation(
        "toy: xavier is of a stack of twenty networks",
        "toymono/toy/model.py",
        '"xavier": nnx.initializers.variance_scaling(1.0, "fan_avg", "normal"),',
        '"xavier": lambda key, shape, *rest, **more: nnx.initializers.variance_scaling(\n'
        '        1.0, "fan_avg", "normal"\n    )(key, (20, *shape), *rest)[0],',
        "test_architectures.py::test_xavier_is_of_one_network_s_own_matrix_and_biases_start_at_0",
    ),
    Mutation(
        "toy: AdamW does not decay",
        "toymono/components/optimizers.py",
        "weight_decay=adamw_decay",
        "weight_decay=0 * adamw_decay",
        "test_architectures.py::"
        "test_adamw_takes_its_share_of_all_parameters_where_the_gradient_is_0",
    ),
    Mutation(
        "toy: a tied network has a decoder of its own",
        "toymono/config/architectures.py",
        '"y = relu(W^T act(W x) + b)", False, False, True, "relu"',
        '"y = relu(W^T act(W x) + b)", False, True, True, "relu"',
        "test_architectures.py::test_a_network_is_its_equation_and_its_specimen_computes_the_same",
    ),
    Mutation(
        "toy: the readout of a tied network is not trained",
        "toymono/toy/model.py",
        "hidden @ jnp.asarray(self.encoder.kernel).T",
        "hidden @ jax.lax.stop_gradient(jnp.asarray(self.encoder.kernel)).T",
        "test_architectures.py::test_the_gradient_of_a_tied_weight_comes_from_both_of_its_uses",
    ),
    Mutation(
        "toy: the rarer feature is as frequent as the others",
        "toymono/components/feature_laws/independent.py",
        "sparse_features(draws, one_rarer_densities(shape[-1], density, rarity))",
        "sparse_features(draws, equal_densities(shape[-1], density))",
        "test_features.py::test_the_last_feature_is_rarer_and_all_rates_are_exact",
    ),
    Mutation(
        "toy: exclusive features are drawn independently",
        "toymono/components/feature_laws/groups.py",
        "jnp.where(lift > 1, together, 1 - lift)",
        "jnp.where(lift > 1, together, 0.0)",
        "test_feature_laws.py::test_an_exclusive_group_never_has_two",
    ),
    Mutation(
        "toy: digons need nobody opposite",
        "toymono/analysis/polygons.py",
        "(between.min(axis=1) <= ANTIPODAL).all()",
        "True",
        "test_polygons.py::test_a_polygon_is_read_from_five_directions",
    ),
    Mutation(
        "toy: a pair without one of its features counts",
        "toymono/analysis/polygons.py",
        "np.minimum(lengths[first], lengths[first + 1]) > REPRESENTED",
        "lengths[first] > REPRESENTED",
        "test_polygons.py::"
        "test_the_cosine_of_a_pair_is_that_of_its_angle_and_unknown_where_one_is_left_out",
    ),
    Mutation(
        "toy: two neurons of one sign are a pair",
        "toymono/analysis/absolute_values.py",
        "covered(is_positive) & covered(~is_positive)",
        "covered(is_positive) | covered(~is_positive)",
        "test_absolute_values.py::test_two_neurons_of_one_sign_are_no_pair",
    ),
)
LEVERS = (
    Mutation(
        "a bias decays after its neuron has fired",
        "toymono/components/levers/adaptive_bias_decay.py",
        'jnp.maximum(state["awake"], rate >= firing_rate)',
        "1.0 * (rate >= firing_rate)",
        "test_levers.py::test_a_silent_neuron_s_bias_decays_until_it_fires_and_never_again",
    ),
    Mutation(
        "a decay knows no speed",
        "toymono/components/levers/adaptive_bias_decay.py",
        "jnp.minimum(1.0, s / full_speed)",
        "1.0",
        "test_levers.py::test_a_decay_tied_to_speed_is_full_at_full_speed_and_none_at_rest",
    ),
    Mutation(
        "adapted biases follow the gradient, too",
        "toymono/components/levers/bias_adaptation.py",
        "jnp.where(due, adapted, before.bias), weights.bias)",
        "jnp.where(due, adapted, weights.bias), weights.bias)",
        "test_levers.py::test_biases_adapt_to_firing_rates_every_50_steps",
    ),
    Mutation(
        "all groups are asked for one rate",
        "toymono/components/levers/bias_adaptation.py",
        "(lowest_rate / highest_rate) ** step",
        "(lowest_rate / highest_rate) ** 0",
        "test_levers.py::test_groups_are_asked_for_rates_of_their_own_and_exempt_neurons_follow_the_gradient",
    ),
    Mutation(
        "neurons are taken for features",
        "toymono/components/levers/overlap.py",
        "jnp.square(answers.sum(axis=0)).sum()",
        "jnp.square(answers.sum(axis=1)).sum()",
        "test_levers.py::test_a_penalty_is_what_its_formula_gives_by_hand",
    ),
    Mutation(
        "features are taken for neurons",
        "toymono/components/levers/overlap.py",
        "jnp.square(shares.sum(axis=1)).sum()",
        "jnp.square(shares.sum(axis=0)).sum()",
        "test_levers.py::test_a_penalty_is_what_its_formula_gives_by_hand",
    ),
    Mutation(
        "outputs that point apart overlap",
        "toymono/components/levers/overlap.py",
        "jnp.maximum(cosines, 0.0)",
        "cosines",
        "test_levers.py::test_a_penalty_is_what_its_formula_gives_by_hand",
    ),
    Mutation(
        "strengths are not random",
        "toymono/components/levers/overlap.py",
        "_responses(network, problem, strengths)",
        "_responses(network, problem)",
        "test_levers.py::test_overlap_at_random_strengths_is_that_of_answers_to_features_at_uniform_strengths",
    ),
    Mutation(
        "the pull knows no target",
        "toymono/components/levers/negative_bias.py",
        "network.bias - bias_target",
        "network.bias",
        "test_levers.py::test_a_penalty_is_what_its_formula_gives_by_hand",
    ),
    Mutation(
        "the L4 loss is added, not put in place",
        "toymono/components/levers/loss_power.py",
        "jnp.square(squares) - squares",
        "jnp.square(squares)",
        "test_levers.py::test_a_penalty_is_what_its_formula_gives_by_hand",
    ),
    Mutation(
        "samples pair with themselves",
        "toymono/components/levers/mono_loss.py",
        ".sum(axis=1) - squares",
        ".sum(axis=1)",
        "test_levers.py::test_mono_loss_is_0_for_neurons_that_answer_samples_of_one_feature_and_1_for_two",
    ),
    Mutation(
        "negative decay grows weights without end",
        "toymono/components/levers/weight_norms.py",
        "1 - 1 / jnp.maximum(norm, _SMALLEST_NORM)",
        "-1.0",
        "test_levers.py::test_negative_weight_decay_pulls_each_neuron_s_weights_to_length_1",
    ),
    Mutation(
        "pruning is not annealed",
        "toymono/components/levers/magnitude_pruning.py",
        "share = kept_weights**done",
        "share = kept_weights",
        "test_levers.py::test_pruning_keeps_the_largest_weights_and_fewer_of_them_until_half_of_training",
    ),
    Mutation(
        "what an update did along a vector stays",
        "toymono/components/levers/unit_decoder.py",
        "moved - (moved * before).sum(axis=1, keepdims=True) * before",
        "moved",
        "test_levers.py::test_unit_decoder_turns_vectors_and_leaves_their_length",
    ),
    Mutation(
        "each sample has noise of its own",
        "toymono/components/levers/activation_noise.py",
        "hidden.shape[1:]",
        "hidden.shape",
        "test_levers.py::test_noise_is_one_draw_for_a_batch_and_has_its_standard_deviation",
    ),
    Mutation(
        "dropout lowers the mean",
        "toymono/components/levers/activation_noise.py",
        "hidden / (1 - dropout)",
        "hidden",
        "test_levers.py::test_dropout_drops_its_share_and_keeps_the_mean",
    ),
    Mutation(
        "no neuron is always on",
        "toymono/components/activations.py",
        "[jax.nn.relu(x[..., :n_always]), kept]",
        "[jnp.zeros_like(x[..., :n_always]), kept]",
        "test_levers.py::test_top_k_keeps_the_largest_and_those_that_are_always_on",
    ),
    Mutation(
        "a jump leaves what is below it",
        "toymono/components/activations.py",
        "jnp.where(x > least, x, 0.0)",
        "jnp.where(x > 0, x, 0.0)",
        "test_levers.py::test_jump_relu_is_silent_below_its_threshold_but_for_smooth_neurons",
    ),
)
TRAINING = (
    Mutation(
        "the decay goes on in the second half",
        "toymono/components/levers/bias_offset.py",
        "decays = update.step < update.n_steps // 2",
        "decays = update.step < update.n_steps",
        "test_levers.py::test_biases_decay_during_the_first_half_only_and_by_the_peak_rate",
    ),
    Mutation(
        "the decay is half as strong",
        "toymono/components/levers/bias_offset.py",
        "1 - bias_decay * update.learning_rate, 1.0)",
        "1 - bias_decay * update.learning_rate / 2, 1.0)",
        "test_train.py::test_silent_neurons_keep_their_biases_until_decay_moves_them",
    ),
    Mutation(
        "the decay goes on: held against the authors' program",
        "toymono/components/levers/bias_offset.py",
        "decays = update.step < update.n_steps // 2",
        "decays = update.step < update.n_steps",
        "test_fidelity.py",
    ),
    Mutation(
        "LAMB's weight norm is not clamped: held against the authors' program",
        "toymono/components/optimizers.py",
        "MAX_WEIGHT_NORM = 10.0",
        "MAX_WEIGHT_NORM = 20.0",
        "test_fidelity.py",
    ),
    Mutation(
        "the trust ratio is taken over stacked members",
        "toymono/components/optimizers.py",
        '    def scale(update: "jax.Array", param: "jax.Array") -> "jax.Array":\n'
        "        weight_norm = jnp.minimum(optax.tree.norm(param), MAX_WEIGHT_NORM)\n"
        "        update_norm = optax.tree.norm(update)\n",
        "    @jax.custom_batching.custom_vmap\n"
        "    def norm(tensor):\n"
        "        return optax.tree.norm(tensor)\n\n"
        "    @norm.def_vmap\n"
        "    def norm_of_stack(size, batched, tensor):\n"
        "        return jnp.full(size, optax.tree.norm(tensor)), True\n\n"
        '    def scale(update: "jax.Array", param: "jax.Array") -> "jax.Array":\n'
        "        weight_norm = jnp.minimum(norm(param), MAX_WEIGHT_NORM)\n"
        "        update_norm = norm(update)\n",
        "test_optimizers.py::test_mapped_over_members_an_optimiser_equals_a_loop_over_them",
    ),
    Mutation(
        "LAMB corrects the bias of its moments",
        "toymono/components/optimizers.py",
        "m / (jnp.sqrt(v) + EPSILON)",
        "(m / (1 - BETA_MEAN)) / (jnp.sqrt(v / (1 - BETA_SQUARE)) + EPSILON)",
        "test_optimizers.py::test_the_trust_ratio_is_one_where_a_norm_is_zero",
    ),
    Mutation(
        "a member's randomness is that of its position",
        "toymono/training/ensemble.py",
        'jnp.asarray(padded(seeds, placement, "seed"), jnp.uint32)',
        'jnp.arange(len(padded(seeds, placement, "seed")), dtype=jnp.uint32)',
        "test_ensemble.py::test_an_ensemble_equals_a_loop_over_its_members",
    ),
    Mutation(
        "the cosine reaches 0 at half the steps",
        "toymono/components/schedules.py",
        "step / (2.0 * config.n_steps)",
        "step / (1.0 * config.n_steps)",
        "test_schedules.py::test_the_cosine_reaches_zero_once_and_the_constant_never_moves",
    ),
    Mutation(
        "a run at rest stops at its number of steps",
        "toymono/training/schedules.py",
        'config.schedule == "periodic" and config.record_phase == "rest"',
        "False",
        "test_schedules.py::test_a_run_at_rest_goes_on_to_the_first_minimum",
    ),
    Mutation(
        "desk scale is known as smoke scale",
        "toymono/sweeps/presets.py",
        "if same_size and _models_of(name, scale) == models:",
        "if len(_models_of(name, scale)) == len(models):",
        "test_presets.py::test_every_preset_is_valid_and_known_again_at_every_scale",
    ),
)
FILES = (
    Mutation(
        "a changed file of a user's goes on with its run",
        "toymono/sweeps/folder.py",
        "file.is_file() and checksum(file) == of.sha256",
        "file.is_file()",
        "test_components.py::test_a_changed_file_cannot_go_on_with_a_run",
    ),
    Mutation(
        "a user's penalty is left out",
        "toymono/components/acting.py",
        "{*one.numbers} <= {*numbers} and",
        "{*one.numbers} <= {*numbers} and not one.is_of_user and",
        "test_components.py::"
        "test_a_penalty_acts_with_its_weight_and_is_left_out_where_no_setting_gives_it",
    ),
    Mutation(
        "a static number of a user's is its default",
        "toymono/toy/model.py",
        "activation(pre_activations, **activation.given(dict(options)))",
        "activation(pre_activations, **{n: of.default for n, of in activation.numbers.items()})",
        "test_components.py::"
        "test_a_measure_of_one_s_own_is_recorded_tabulated_and_kept_within_its_range",
    ),
    Mutation(
        "theory takes any law for one of independent features",
        "toymono/analysis/theory.py",
        "require(known is not None,",
        "require(True,",
        "test_components.py::test_a_bad_declaration_or_value_is_one_sentence",
    ),
    Mutation(
        "training goes on one step late",
        "toymono/training/ensemble.py",
        "step, _, records, params = since",
        "step, records, params = since.step + 1, since.records, since.params",
        "test_checkpoints.py::test_a_unit_stopped_anywhere_and_resumed_ends_as_if_it_had_not_been",
    ),
    Mutation(
        "a torn result file is accepted",
        "toymono/sweeps/files.py",
        "same = bool(stored) and stored[0] == checksum(file)",
        "same = True",
        "test_checkpoints.py::"
        "test_a_unit_that_another_process_has_done_is_left_alone_but_not_if_it_is_damaged",
    ),
    Mutation(
        "a loss that an older run lacks is 0",
        "toymono/sweeps/older_results.py",
        "np.full((2, *(data.sizes[dim] for dim in dims)), np.nan, np.float32)",
        "np.zeros((2, *(data.sizes[dim] for dim in dims)), np.float32)",
        "test_older_runs.py::test_where_an_older_run_kept_no_parameters_its_loss_is_unknown",
    ),
    Mutation(
        "a full disk ends in a traceback when a result is written",
        "toymono/sweeps/train_unit.py",
        "except OSError as error:",
        "except ZeroDivisionError as error:",
        "test_faults.py::"
        "test_a_disk_that_is_full_when_a_result_is_written_ends_in_one_sentence[2000-1]",
    ),
    Mutation(
        "memory that runs out ends in a traceback",
        "toymono/sweeps/train_unit.py",
        "if isinstance(error, jax.errors.JaxRuntimeError) and "
        '"RESOURCE_EXHAUSTED" not in words[0]:',
        "if True:",
        "test_faults.py::test_a_unit_for_which_the_memory_runs_out_is_named_in_one_sentence[1]",
    ),
    Mutation(
        "results of two batches are joined",
        "toymono/evidence/results.py",
        "        ours == theirs,\n",
        "        True,\n",
        "test_results.py::test_results_of_two_batches_are_not_joined",
    ),
    Mutation(
        "of a batch trained seed by seed the last seed is kept",
        "experiments/_main.py",
        "return joined(read_results(file), results) if file.exists() else results",
        "return results",
        "test_experiments.py::test_a_batch_trained_seed_by_seed_ends_in_one_file_with_all_seeds",
    ),
    Mutation(
        "the figure of a sweep has no title",
        "toymono/gallery/figures.py",
        "return sweeps.sweep_panels(x, panels, title + lost,",
        'return sweeps.sweep_panels(x, panels, "",',
        "test_plots.py::test_every_kind_is_drawn_with_title_and_named_axes",
    ),
    Mutation(
        "an experiment draws no images",
        "experiments/_main.py",
        "    if browser():\n",
        "    if not browser():\n",
        "test_experiments.py::test_an_experiment_tabulates_and_draws_its_runs[reproject]",
    ),
)
PAGES = (
    Mutation(
        "the report's real numbers are in another byte order",
        "toymono/explorer/packing.py",
        'values.astype("<f4")',
        'values.astype(">f4")',
        "test_member_view.py::test_the_slider_replays_the_map_as_python_draws_it[report]",
    ),
    Mutation(
        "the report's whole numbers are in another byte order",
        "toymono/explorer/packing.py",
        "f\"<{'i' if signed else 'u'}{bits // 8}\"",
        "f\">{'i' if signed else 'u'}{bits // 8}\"",
        "test_member_view.py::test_a_link_shows_what_python_draws_of_a_neuron_and_a_feature[report]",
    ),
    Mutation(
        "the report's page forgets the scale of its numbers",
        "toymono/explorer/page/data.js",
        "(number + 1) * shape[1]), (value) => value * scale)",
        "(number + 1) * shape[1]), (value) => value)",
        "test_member_view.py::test_a_link_shows_what_python_draws_of_a_neuron_and_a_feature[report]",
    ),
    Mutation(
        "the explorer answers any host",
        "toymono/explorer/server.py",
        'app.config["TRUSTED_HOSTS"] = [HOST, "localhost"]',
        "pass",
        "test_server.py::test_only_pages_of_this_machine_are_answered",
    ),
    Mutation(
        "the explorer answers pages of other sites",
        "toymono/explorer/server.py",
        'if request.headers.get("Origin", own) != own:',
        "if False:",
        "test_server.py::test_only_pages_of_this_machine_are_answered",
    ),
    Mutation(
        "what if forgets the biases",
        "toymono/explorer/page/network.js",
        "(x, at) => x + bias[at]",
        "(x) => x",
        "test_what_if_view.py::test_what_if_gives_what_the_network_gives[report]",
    ),
    Mutation(
        "a run that has grown is shown as it was",
        "toymono/explorer/stored_runs.py",
        "return self if self.stamp() == self._opened else",
        "return self if self.stamp() else",
        "test_server.py::test_a_run_that_has_grown_is_shown_as_it_is_now",
    ),
    Mutation(
        "the contrast is of any two losses",
        "toymono/evidence/contrast.py",
        "loss[:, None] <= (1 + ALIKE) * loss",
        "loss[:, None] > 0",
        "test_contrast.py::test_the_pair_has_one_seed_and_a_loss_that_is_alike",
    ),
    Mutation(
        "figures offer an upload",
        "toymono/plots/figure.py",
        '"showSendToCloud": False',
        '"showSendToCloud": True',
        "test_plots.py::test_a_page_needs_no_network_and_offers_no_upload",
    ),
)

ALL = (*SCIENCE, *ELHAGE, *LEVERS, *TRAINING, *FILES, *PAGES)


def _copied(root: pathlib.Path) -> None:
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)


def _failed(root: pathlib.Path, *tests: str) -> list[str]:
    """The tests that fail, of these, in a copy of the repository."""
    for kept in ("not long", ""):  # those that are all long are run as they are
        done = subprocess.run(
            [*_PYTEST, "-m", kept, *(f"tests/{test}" for test in tests)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != NONE_RUN:
            break
    if done.returncode not in (0, FAILED):
        raise SystemExit(f"no test was run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    lines = done.stdout.splitlines()
    kinds = ("FAILED tests/", "ERROR tests/")
    return [line.split(" - ")[0].partition("tests/")[2] for line in lines if line.startswith(kinds)]


def _is_caught(root: pathlib.Path, mutation: Mutation) -> bool:
    file = root / mutation.file
    before = file.read_text(encoding="utf-8")
    assert before.count(mutation.old) == 1, f"{mutation.name}: {mutation.file} has changed"
    file.write_text(before.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        return bool(_failed(root, mutation.test))
    finally:
        file.write_text(before, encoding="utf-8")


def main(word: str = "") -> int:
    """Print a line for each mutation, and return how many were missed."""
    chosen = [m for m in ALL if word in m.name]
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        _copied(root)
        failing = _failed(root, *dict.fromkeys(mutation.test for mutation in chosen))
        for mutation in chosen:
            started = time.monotonic()
            if any(test.startswith(mutation.test) for test in failing):
                verdict = "FAILS ANYWAY"  # the test says nothing: it fails without the mutation
            else:
                verdict = "caught" if _is_caught(root, mutation) else "NOT CAUGHT"
            missed += verdict != "caught"
            seconds = f"{time.monotonic() - started:5.0f} s"
            print(f"{verdict:12}  {seconds}  {mutation.name}  [{mutation.test}]", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} mutations caught")
    return missed


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
