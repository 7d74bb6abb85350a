// The one entry: what is on every page. Each element file defines one custom element.
import "./elements/signal-line.js";
import "./elements/quantity-stepper.js";
import "./elements/file-picks.js";
import "./elements/toast-notice.js";
import "./elements/shortcut-keys.js";
import { stampSubmits } from "./lib/operation.js";
import { wordAnswers } from "./lib/answers.js";
import { keepPlace } from "./lib/place.js";

stampSubmits(document);
wordAnswers(document);
keepPlace(document);
