// A network as the page computes with it: amplitudes of features -> neurons -> outputs.

/** @typedef {import("./types.d.ts").Member} Member */

// The standard normal distribution function, to 1.5e-7 (Abramowitz and Stegun 7.1.26).
function normal(x) {
  const z = Math.abs(x) / Math.SQRT2, t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - series * Math.exp(-z * z);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

function softmaxed(values) {
  const top = Math.max(...values), powers = values.map((value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b);
  return values.map((value, index) => (value * powers[index]) / sum);
}

const ACTIVATIONS = {
  relu: (values) => values.map((x) => Math.max(0, x)),
  gelu: (values) => values.map((x) => x * normal(x)),
  "x-exp": (values) => values.map((x) => x * Math.exp(x)),
  "softmax-solu": softmaxed,
};
// What each task asks for, of the amplitudes; a re-projector's targets are given as a matrix.
const TASKS = { decode: (features) => features, absolute: (features) => features.map(Math.abs), reproject: (features) => features };

// Why the page cannot compute with a member's network; null if it can.
export function whyNot({ program: { activation, task } }) {
  if (!(activation in ACTIVATIONS)) return `This page cannot compute with the activation ${activation}, only with toymono's own.`;
  return task in TASKS ? null : `This page cannot compute the task ${task}, only those of toymono itself.`;
}

export const isSigned = ({ program }) => program.task === "absolute";

// Sums columns of a matrix (row column), each times its weight.
function combined({ shape, scale, values }, weights) {
  const sums = Array.from({ length: shape[0] }, () => 0);
  for (const [at, weight] of weights) for (let index = 0; index < shape[0]; index++) sums[index] += values[index * shape[1] + at] * weight;
  return sums.map((sum) => sum * scale);
}

// Sums rows of a matrix, each times its weight.
function summed({ shape, scale, values }, weights) {
  const sums = Array.from({ length: shape[1] }, () => 0);
  weights.forEach((weight, at) => {
    if (weight) for (let index = 0; index < shape[1]; index++) sums[index] += values[at * shape[1] + index] * weight;
  });
  return sums.map((sum) => sum * scale);
}

// What the network makes of some features' amplitudes, with some neurons set to values of one's own.
/** @param {Member} member */
export function outcome(member, amplitudes, set = {}) {
  const { matrices, program, history } = member, n = matrices.drive.shape[1];
  const bias = history.bias.values.subarray((history.step.length - 1) * matrices.drive.shape[0]);
  const drive = combined(matrices.drive, amplitudes), hidden = ACTIVATIONS[program.activation](drive.map((x, at) => x + bias[at]));
  for (const [neuron, value] of Object.entries(set)) hidden[neuron] = value;
  const outputs = summed(matrices.outgoing, hidden), features = Array.from({ length: n }, () => 0);
  for (const [feature, value] of amplitudes) features[feature] = value;
  const asked = TASKS[program.task](features);
  const targets = matrices.targets ? combined(matrices.targets, asked.map((value, at) => [at, value]).filter(([, value]) => value)) : asked;
  const error = outputs.reduce((sum, output, at) => sum + (output - targets[at]) ** 2, 0);
  return { hidden, outputs, targets, error };
}

// What each neuron adds to one output.
export function additions({ matrices: { outgoing } }, hidden, output) {
  return hidden.map((value, neuron) => value * outgoing.values[neuron * outgoing.shape[1] + output] * outgoing.scale);
}

// A random input as the member was trained on; null where the page does not know the law of its features.
/** @param {Member} member */
export function sampled(member) {
  if (!member.densities) return null;
  const one = (p) => (Math.random() < p ? Math.random() : 0);
  const draw = isSigned(member) ? (p) => one(p / 2) - one(p / 2) : one;
  return member.densities.map((p, feature) => [feature, draw(p)]).filter(([, value]) => value);
}

// Mean squared errors over the same random inputs, as trained and with neurons set; null where none can be drawn.
/** @param {Member} member */
export function sampledLoss(member, set, n) {
  if (!member.densities) return null;
  const inputs = Array.from({ length: n }, () => sampled(member));
  const mean = (own) => inputs.reduce((sum, input) => sum + outcome(member, input, own).error, 0) / n;
  return { now: mean(set), unchanged: mean({}) };
}
