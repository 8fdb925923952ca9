// What the page is made of: the address, and the pieces that packing.py, run_data.py and member_data.py write.

declare global {
  const Plotly: any;
}

export type Numbers = Record<string, number>; // by neuron or feature

export interface State {
  view: "sweep" | "member" | "geometry" | "what-if" | "claims";
  run: number;
  member: number | null;
  beside: number | null;
  step: number | null;
  neuron: number | null;
  feature: number | null;
  x: string | null;
  y: string | null;
  colour: string | null;
  shows: string;
  order: string;
  threshold: number | null;
  on: Numbers;
  set: Numbers;
}

export interface Figure {
  data: any[];
  layout: any;
}

export interface Table {
  name: string;
  columns: string[];
  titles?: string[];
  rows: any[][];
}

// The value of a cell is values[row * shape[1] + column] * scale.
export interface Matrix {
  shape: [number, number];
  scale: number;
  top?: number; // the largest absolute value, once it was asked for
  values: ArrayLike<number> & { subarray(from: number, to?: number): Iterable<number> & ArrayLike<number> };
}

export interface Axis {
  name: string;
  title: string;
  setting: boolean;
  axis: any;
}

export interface Run {
  name: string;
  fault?: string;
  words: string;
  thinned: string;
  held: number[] | null; // null: all members
  labels: string[];
  contrast: { members: [number, number]; words: string } | null;
  axes: Axis[];
  chosen: { x: string; y: string; colour: string | null };
  shades: Record<string, any>;
  members: Table;
  measured: any;
}

export interface Index {
  is_served: boolean;
  runs: Run[];
  shows: Record<string, any>;
  roles: string[];
  looks: Record<string, Figure>;
  titles: Record<"neuron" | "feature" | "geometry", Record<string, string>>;
  templates: { dark: any; white: any };
  config: any;
  mono_threshold: number;
  terms: Record<string, string>;
}

export interface Member {
  number: number;
  label: string;
  program: { activation: string; task: string };
  densities: number[] | null; // null: of a law whose inputs the page cannot draw
  matrices: Record<"responses" | "drive" | "outgoing" | "write", Matrix> & Record<string, Matrix>;
  order: { neuron: number[]; feature: number[] };
  favourite: number[]; // feature, by neuron
  strongest: number[]; // neuron, by feature
  role: string[];
  kinks: any[];
  neurons: Table;
  features: Table;
  words: { roles: string; step: string[]; loss: string[]; neuron: string[]; feature: string[] };
  history: { step: number[]; score: Matrix; favourite: Matrix; bias: Matrix };
  frames: { record: number[]; step: number[]; map: (Matrix | null)[] };
  figures: Record<string, any>;
}

export interface Geometry {
  label: string;
  order: number[]; // features
  gram: Float32Array[]; // of the first features in that order
  plane: [number[], number[]]; // by feature
  features: Table;
  words: { gram: string; plane: string };
  figures: Record<"gram" | "plane", Figure>;
}
