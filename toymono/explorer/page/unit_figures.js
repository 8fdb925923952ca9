// What is drawn of one neuron or one feature.

import { column, row } from "./data.js";
import { withTraces } from "./picture.js";

/** @typedef {import("./types.d.ts").Member} Member */

export function signedBars(values) {
  return { positive: { y: values.map((v) => Math.max(v, 0)) }, negative: { y: values.map((v) => Math.min(v, 0)) } };
}

function magnitudeBars(values, strongest) {
  return { every: { y: values }, strongest: { x: [strongest], y: [values[strongest]] } };
}

/** @param {Member} member */
function answerTraces(member, feature, neuron) {
  const { neuron: who, amplitude, output, change } = member.kinks[feature];
  const dots = (chosen) => {
    const indices = who.map((_, index) => index).filter((index) => chosen(who[index]));
    const pick = (values) => indices.map((index) => values[index]);
    return { x: pick(amplitude), y: pick(output), customdata: indices.map((index) => [who[index], change[index]]) };
  };
  const line = column(member.matrices.answers, feature);
  return { answer: { y: line }, bends: dots((n) => n !== neuron), "own bends": dots((n) => n === neuron) };
}

/** @param {Member} member */
export function neuronFigures(member, neuron) {
  const { matrices, history, figures, favourite } = member, feature = favourite[neuron], looks = figures.neuron;
  const text = column(history.favourite, neuron).map((f, at) => `step ${history.step[at]}, favourite feature ${f}`);
  const over = (values) => ({ y: column(values, neuron), text });
  return {
    responses: withTraces(looks.responses, magnitudeBars(row(matrices.responses, neuron), feature)),
    answer: withTraces(looks.answer, answerTraces(member, feature, neuron)),
    incoming: withTraces(looks.incoming, signedBars(row(matrices.incoming, neuron))),
    outgoing: withTraces(looks.outgoing, signedBars(row(matrices.outgoing, neuron))),
    training: withTraces(looks.training, { score: over(history.score), bias: over(history.bias) }),
  };
}

/** @param {Member} member */
export function featureFigures(member, feature) {
  const { matrices, figures, strongest } = member, looks = figures.feature;
  const responses = magnitudeBars(column(matrices.responses, feature), strongest[feature]);
  return {
    responses: withTraces(looks.responses, responses),
    answer: withTraces(looks.answer, answerTraces(member, feature, null)),
    outputs: withTraces(looks.outputs, signedBars(row(matrices.outputs, feature))),
    training: withTraces(looks.training, { "best score": { y: column(matrices.best, feature) } }),
  };
}
