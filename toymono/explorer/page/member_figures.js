// What is drawn of one member at one of its records: its map, its scores, its loss.

import { INDEX, row } from "./data.js";
import { ORDERS } from "./address.js";
import { holding, lineAt, withTraces } from "./picture.js";

/** @typedef {import("./types.d.ts").Member} Member */

// The index of the last frame up to a step; of the last of all where no step is given.
export function frameOf({ frames: { step: steps } }, step) {
  if (step === null) return steps.length - 1;
  return Math.max(0, steps.findLastIndex((other) => other <= step));
}

// Neurons in the order asked for; features keep theirs.
/** @param {Member} member */
export function neuronsInOrder(member, by) {
  const { order, role, favourite, history } = member;
  if (by === "score") return order.neuron;
  const bias = row(history.bias, history.step.length - 1);
  const positions = new Map(order.feature.map((feature, at) => [feature, at]));
  const keys = {
    bias: (neuron) => -bias[neuron],
    role: (neuron) => INDEX.roles.indexOf(role[neuron]),
    favourite: (neuron) => positions.get(favourite[neuron]),
  };
  return [...order.neuron].sort((a, b) => keys[by](a) - keys[by](b));
}

function mapOf({ shape, scale, values }, neurons, features) {
  return features.map((feature) => neurons.map((neuron) => values[neuron * shape[1] + feature] * scale));
}

// How many neurons score above the threshold, if these come first; else 0.
/** @param {Member} member */
export function firstAbove({ history, frames }, frame, neurons, threshold) {
  const score = row(history.score, frames.record[frame]), isAbove = neurons.map((neuron) => score[neuron] > threshold);
  const end = isAbove.lastIndexOf(true) + 1;
  return isAbove.slice(0, end).every(Boolean) ? end : 0;
}

// Lines over the chosen neuron and feature, from edge to edge; and one where the neurons above the threshold end.
/** @param {Member} member */
export function linesOver(member, frame, neurons, { neuron, feature, threshold }) {
  const positions = { x3: neurons.indexOf(neuron), y: member.order.feature.indexOf(feature) };
  const chosen = Object.entries(positions).filter(([, position]) => position >= 0).map(([axis, position]) => lineAt(axis, position));
  const end = firstAbove(member, frame, neurons, threshold);
  return end ? [...chosen, { ...lineAt("x3", end - 0.5), line: { color: "#888888", width: 1.5, dash: "dash" } }] : chosen;
}

// The end of the colour scale of a member's map.
/** @param {Member} member */
export function topOf(member, shows) {
  if (shows === "responses") return member.figures.map.data.find(({ name }) => name === "map").zmax;
  const matrix = member.matrices[shows];
  matrix.top ??= Array.from(matrix.values).reduce((top, value) => Math.max(top, Math.abs(value) * matrix.scale), 1e-9);
  return matrix.top;
}

// The map at the frame of this index, as {shows, order, top, neuron, feature, threshold} ask for it.
/** @param {Member} member */
function mapFigure(member, frame, look) {
  const { shows, order, top } = look;
  const { frames, history, figures, matrices, order: { feature: features }, role } = member;
  const at = frames.record[frame], neurons = neuronsInOrder(member, order);
  const [score, bias, favourite] = ["score", "bias", "favourite"].map((name) => row(history[name], at));
  const isResponse = shows === "responses", matrix = isResponse ? frames.map[frame] : matrices[shows];
  const z = matrix ? mapOf(matrix, neurons, features) : [];
  const across = neurons.map((_, position) => position), positionOf = new Map(features.map((f, position) => [f, position]));
  const dots = matrix ? { x: [], y: [] } : { x: across, y: neurons.map((n) => positionOf.get(favourite[n])) };
  const traces = {
    map: isResponse ? { z, zmax: top } : { ...INDEX.shows[shows].trace, z, zmin: -top, zmax: top },
    favourites: { ...dots, marker: { color: neurons.map((n) => score[n]) } },
    score: { x: across, y: neurons.map((n) => score[n]) },
  };
  for (const { name } of figures.map.data) {
    if (!INDEX.roles.includes(name)) continue;
    const own = across.filter((position) => role[neurons[position]] === name);
    traces[name] = { x: own, y: own.map((position) => bias[neurons[position]]) };
  }
  const { layout } = figures.map, ticktext = neurons.map((n) => `neuron ${n}`), axes = {};
  for (const name of ["xaxis", "xaxis2", "xaxis3"]) axes[name] = { ...layout[name], ticktext };
  axes.xaxis3.title = { ...layout.xaxis3.title, text: `${neurons.length} neurons, by ${ORDERS[order]}` };
  return withTraces(figures.map, traces, { ...axes, shapes: linesOver(member, frame, neurons, look) });
}

// All three pictures.
/** @param {Member} member */
export function memberFigures(member, frame, look) {
  const { frames, history, figures } = member, at = frames.record[frame];
  const score = row(history.score, at).sort((a, b) => a - b);
  const loss = figures.loss.data.find(({ name }) => name === "task loss"); // one value for every record
  const [line] = figures.score.layout.shapes;
  const shapes = [{ ...line, x0: look.threshold, x1: look.threshold }];
  return {
    map: mapFigure(member, frame, look),
    score: withTraces(figures.score, { scores: { x: score } }, { shapes }),
    loss: withTraces(figures.loss, { now: { x: [loss.x[at]], y: [loss.y[at]] } }),
  };
}

// The pictures on axes that another member's fit as well, whose task loss stands beside the member's own.
/** @type {<T extends {map: any, loss: any}>(figures: T, frame: number, member: Member, otherFrame: number, other: Member) => T} */
export function besideOther(figures, frame, member, otherFrame, other) {
  const { map, loss } = figures, ofBoth = [member, other].map((one) => one.figures.loss);
  const losses = ofBoth.flatMap(({ data }) => data.flatMap(({ name, y }) => (name === "now" ? [] : y)));
  const biasOf = ({ history, frames }, at) => row(history.bias, frames.record[at]);
  const bias = [...biasOf(member, frame), ...biasOf(other, otherFrame)];
  const { x, y, line } = other.figures.loss.data.find(({ name }) => name === "task loss");
  const theirs = { type: "scatter", mode: "lines", name: `member ${other.number}`, showlegend: false, x, y, line: { ...line, color: "#999999", dash: "dot" } };
  const { yaxis } = (ofBoth.find(({ layout }) => layout.yaxis.type === "log") ?? loss).layout; // the axis that shows more
  return {
    ...figures,
    map: { ...map, layout: { ...map.layout, yaxis3: holding(map.layout.yaxis3, bias) } },
    loss: { data: [theirs, ...loss.data], layout: { ...loss.layout, yaxis: holding(yaxis, losses) } },
  };
}

// How many neurons score above a threshold at a record, and how many features these cover.
/** @param {Member} member */
export function countsAbove(member, frame, threshold) {
  const { frames, history } = member, at = frames.record[frame];
  const score = row(history.score, at), favourite = row(history.favourite, at);
  const above = favourite.filter((_, neuron) => score[neuron] > threshold);
  return { neurons: above.length, features: new Set(above).size, of: score.length };
}

// Every neuron at the frame of this index, as the table under the map.
/** @param {Member} member */
export function recordTable(member, frame, order) {
  const { frames, history } = member, at = frames.record[frame];
  const [score, bias, favourite] = ["score", "bias", "favourite"].map((name) => row(history[name], at));
  const rows = neuronsInOrder(member, order).map((n) => [n, score[n], bias[n], favourite[n], member.role[n]]);
  const name = `neurons at step ${frames.step[frame]}`;
  return { name, columns: ["neuron", "score", "bias", "favourite feature", "last role"], rows };
}
