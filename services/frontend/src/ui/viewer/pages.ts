import type { Fractions, Turn } from "./geometry";

/** One page to show. `src` is a picture of it; `ratio` its height by its width before the picture is there. */
export interface ViewerPage {
  key: string;
  src: string;
  /** "Page 2" or "invoice.pdf, page 2": read out, and under its thumbnail. */
  label: string;
  ratio?: number;
}

export type Tone = "plain" | "doubt" | "good" | "bad";

/** A place on a page. Clicking it is told by its `id`. */
export interface ViewerBox {
  id: string;
  page: string;
  box: Fractions;
  label: string;
  tone: Tone;
}

export interface View {
  /** 1 = the page is as wide as the room for it. */
  zoom: number;
  turn: Turn;
}

export interface Drawn {
  page: string;
  box: Fractions;
}

/** Height by width of an A4 sheet, until a picture tells. */
export const A4 = Math.SQRT2;
