// What the page holds: text inside script elements, unpacked when it is first looked at.

const ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, int32: Int32Array, float32: Float32Array,
};
const INDEX = JSON.parse(document.getElementById("index").textContent);
const opened = new Map();

// A matrix as {shape, values, scale}: the value of a cell is values[place] * scale.
function unpacked({ dtype, shape, scale, data }) {
  const text = atob(data);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  return { shape, scale, values: new ARRAYS[dtype](bytes.buffer) };
}

function row({ shape, scale, values }, number) {
  return Array.from(values.subarray(number * shape[1], (number + 1) * shape[1]), (value) => value * scale);
}

function column({ shape, scale, values }, number) {
  return Array.from({ length: shape[0] }, (_, place) => values[place * shape[1] + number] * scale);
}

// Neurons across and features down, both in display order.
function mapOf({ shape, scale, values }, order) {
  return order.feature.map((feature) => order.neuron.map((neuron) => values[neuron * shape[1] + feature] * scale));
}

function mapped(parts, change) {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, change(part, name)]));
}

// A member's numbers; null if the page does not hold it.
function openMember(run, number) {
  const id = `member-${run}-${number}`;
  if (!opened.has(id)) {
    const found = document.getElementById(id);
    if (!found) return null;
    const member = JSON.parse(found.textContent);
    member.matrices = mapped(member.matrices, unpacked);
    for (const name of ["score", "favourite", "bias"]) member.history[name] = unpacked(member.history[name]);
    member.frames.map = member.frames.map.map((packed) => packed && unpacked(packed));
    member.frames.map.push(member.matrices.responses); // of the last record
    opened.set(id, member);
  }
  return opened.get(id);
}
