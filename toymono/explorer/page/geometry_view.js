// How the features of a member lie: how far the directions of each two overlap, and where they lie in a plane.

import { make, shown } from "./dom.js";
import { INDEX, piece, unpacked } from "./data.js";
import { addressOf, go, ofMembers, state } from "./address.js";
import { Picture, lineAt, panels, withTraces } from "./picture.js";
import { startLine } from "./finder.js";

/** @typedef {import("./types.d.ts").Geometry} Geometry */

// The overlaps as rows of a square, of the half that travels.
function opened({ gram, ...others }) {
  const { scale, values } = unpacked(gram), n = Math.round((Math.sqrt(8 * values.length + 1) - 1) / 2);
  const z = Array.from({ length: n }, () => new Float32Array(n));
  let at = 0;
  for (let row = 0; row < n; row++) {
    for (let column = row; column < n; column++) z[row][column] = z[column][row] = values[at++] * scale;
  }
  return { gram: z, ...others };
}

/** @type {(run: number, number: number) => Promise<Geometry>} */
const openGeometry = (run, number) => piece(`geometry-${run}-${number}`, opened);

// What is known of one feature's direction.
/** @param {Geometry} geometry */
function wordsOf({ features: { rows } }, feature) {
  const [, length, dimensions, other, overlap] = rows.find(([own]) => own === feature);
  return `Feature ${feature}: length ${shown(length)}, ${shown(dimensions)} of a dimension; overlaps most with feature ${other} (${shown(overlap)}). `;
}

// Colours and axes that hold what two members have.
/** @param {Geometry[]} both */
function sharedLook(...both) {
  const top = Math.max(...both.map(({ figures }) => figures.gram.data[0].zmax));
  const [{ layout }, other] = both.map(({ figures }) => figures.plane);
  const axis = (name) => [name, { ...layout[name], range: wider(layout[name].range, other.layout[name].range) }];
  return { gram: { zmin: -top, zmax: top }, plane: Object.fromEntries(["xaxis", "yaxis"].map(axis)) };
}

const wider = (one, other) => one && other && [Math.min(one[0], other[0]), Math.max(one[1], other[1])];

// One member's pictures.
class Side {
  constructor(name) {
    const choose = (feature) => go({ feature }, true);
    this.pictures = {
      gram: new Picture("gram", { onClick: ({ y }) => choose(this.geometry.order[y]) }),
      plane: new Picture("plane", { onClick: ({ customdata }) => customdata && choose(customdata[0]) }),
    };
    this.title = make("h1");
    this.words = make("p", { "aria-live": "polite" });
    this.element = make("section", { class: "side", id: name }, this.title, this.words, panels(this.pictures));
  }

  /** @type {(geometry: Geometry, beside?: Geometry) => any[]} */
  show(geometry, beside) {
    const isOther = this.geometry !== geometry || this.beside !== beside, { feature } = state;
    this.geometry = geometry;
    this.beside = beside;
    this.element.hidden = !geometry;
    if (!geometry) return [];
    const at = geometry.order.indexOf(feature), isKnown = at >= 0, { gram, plane } = this.pictures;
    const { figures, words, plane: [x, y], label } = geometry, isDrawn = isKnown && at < geometry.gram.length;
    this.title.textContent = label;
    this.words.replaceChildren(isKnown ? wordsOf(geometry, feature) : "");
    if (isKnown) this.words.append(make("a", { href: addressOf({ ...state, view: "member" }) }, "its neurons"));
    const height = Math.min(figures.gram.layout.height, this.element.clientWidth);
    const shapes = isDrawn ? [lineAt("x", at, "y domain"), lineAt("y", at, "x domain")] : [];
    const ring = { chosen: { x: isKnown ? [x[feature]] : [], y: isKnown ? [y[feature]] : [] } };
    const look = beside ? sharedLook(geometry, beside) : { gram: {}, plane: {} };
    const table = () => geometry.features, titles = INDEX.titles.geometry;
    return [
      isOther ? gram.show(titles.gram, withTraces(figures.gram, { gram: { z: geometry.gram, ...look.gram } }, { shapes, height }), words.gram, table) : gram.mark(shapes),
      plane.show(titles.plane, withTraces(figures.plane, ring, { height, ...look.plane }), words.plane, table),
    ];
  }
}

const LEFT = new Side("left"), RIGHT = new Side("right");

export const geometryView = {
  key: () => `geometry ${state.run}`,
  make() {
    this.sides = make("div", { class: "sides roomy" }, LEFT.element, RIGHT.element);
    return [
      startLine("Each feature has a [direction]: what it adds to the neurons. Features that share [dimensions|dimensions of a feature] point the same way or opposite ways. Click a feature, or go through them with the arrow keys."),
      this.sides,
    ];
  },
  async show(isCurrent) {
    const [geometry, other] = await ofMembers(openGeometry);
    if (!isCurrent()) return "";
    const { feature } = state, isLost = feature !== null && !geometry.order.includes(feature);
    if (isLost) state.feature = null;
    this.sides.classList.toggle("two", Boolean(other));
    await Promise.all([...LEFT.show(geometry, other), ...RIGHT.show(other, geometry)]);
    return isLost ? `Member ${state.member} has no feature ${feature}.` : "";
  },
  // Goes to the feature before or after the present one.
  step(_, by) {
    const { order } = LEFT.geometry, to = order.indexOf(state.feature) + by;
    return go({ feature: order[Math.min(order.length - 1, Math.max(0, to))] }, true);
  },
};
