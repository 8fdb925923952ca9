// The paper's claims, as far as the runs that are shown can judge them.

import { make, tableBox, tableDetails } from "./dom.js";
import { piece } from "./data.js";
import { Picture, panels } from "./picture.js";
import { startLine } from "./finder.js";

const EVIDENCE = new Picture("evidence", { isWide: true });

function judgedTable(judged) {
  const box = tableBox(() => judged, (line, cells) => cells[0] && line.classList.add("head"));
  box.dataset.name = "claims";
  box.refill();
  return box;
}

export const claimsView = {
  key: () => "claims",
  make() {
    this.inside = make("div", {}, make("p", {}, "Reading the results …"));
    return [make("h1", {}, "Claims"), startLine("What the paper says, compared with trained networks. A measurement supports its claim where its [interval] lies inside the shaded range; a claim needs all of its measurements."), this.inside];
  },
  async show(isCurrent) {
    const { words, tables, figure } = await piece("claims");
    if (!isCurrent() || this.inside.dataset.done) return;
    this.inside.dataset.done = "yes";
    this.inside.replaceChildren(make("p", { id: "judged" }, words));
    if (!figure) return;
    this.inside.append(panels({ EVIDENCE }), judgedTable(tables[0]), tableDetails("every measurement, judged or not", () => tables[1]));
    await EVIDENCE.show("Evidence", figure, "Mean and 95% t interval of each measurement over seeds; shaded: where the claim holds.", () => tables[1]);
  },
};
