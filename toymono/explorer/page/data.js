// What the page holds or asks its server for: pieces of numbers, unpacked when they are first looked at.

const ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, int32: Int32Array, float32: Float32Array,
};
const KEPT = 24; // pieces
/** @type {import("./types.d.ts").Index} */
export const INDEX = JSON.parse(document.getElementById("index").textContent);
const pieces = new Map();

// A piece as it was read, changed once; rejects with a sentence where there is none.
export function piece(name, change = (content) => content) {
  if (!pieces.has(name)) {
    if (pieces.size >= KEPT) pieces.delete(pieces.keys().next().value);
    const read = readPiece(name).then(change);
    read.catch(() => pieces.delete(name));
    pieces.set(name, read);
  }
  return pieces.get(name);
}

export async function readPiece(name) {
  const found = document.getElementById(name);
  if (found) return JSON.parse(found.textContent);
  if (!INDEX.is_served) throw new Error(`This report has no ${name.replaceAll("-", " ")}.`);
  const answer = await fetch(`piece/${name}`).catch(() => {
    throw new Error("The explorer is not running: start it again with toymono explore, then reload this page.");
  });
  const content = await answer.json().catch(() => ({ error: `The explorer failed on ${name}; its terminal says why.` }));
  if (!answer.ok) throw new Error(content.error);
  return content;
}

// A matrix as {shape, values, scale}: the value of a cell is values[index] * scale.
export function unpacked({ dtype, shape, scale, data }) {
  const text = atob(data), bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index); // Uint8Array.from takes ten times as long
  return { shape, scale, values: new ARRAYS[dtype](bytes.buffer) };
}

export function row({ shape, scale, values }, number) {
  return Array.from(values.subarray(number * shape[1], (number + 1) * shape[1]), (value) => value * scale);
}

export function column({ shape, scale, values }, number) {
  return Array.from({ length: shape[0] }, (_, index) => values[index * shape[1] + number] * scale);
}

export function mapped(parts, change) {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, change(part, name)]));
}

function opened(member) {
  member.matrices = mapped(member.matrices, unpacked);
  for (const name of ["score", "favourite", "bias"]) member.history[name] = unpacked(member.history[name]);
  member.frames.map = member.frames.map.map((packed) => packed && unpacked(packed));
  member.frames.map.push(member.matrices.responses); // of the last record
  member.matrices.write ??= { ...member.matrices.outgoing }; // each output is asked for one feature
  return member;
}

// A member's numbers; rejects with a sentence where they cannot be had.
/** @type {(run: number, number: number) => Promise<import("./types.d.ts").Member>} */
export const openMember = (run, number) => piece(`member-${run}-${number}`, opened);

export function isHeld(run, number) {
  const { held, labels } = INDEX.runs[run];
  return held ? held.includes(number) : number >= 0 && number < labels.length;
}
