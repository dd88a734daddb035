import { render } from "preact";
import { openSession } from "../features/session/session";
import { openLocale } from "../lib/i18n";
import { listenForKeys } from "../lib/keys";
import { App } from "./app";
import "./styles.css";

const root = document.getElementById("app");
if (root) {
  listenForKeys();
  await openLocale();
  render(<App />, root);
  await openSession();
}
