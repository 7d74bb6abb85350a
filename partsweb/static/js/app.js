// The one entry. Each element file defines one custom element: those of most pages are named here,
// any other is fetched when a page brings it.
import "./elements/signal-line.js";
import "./elements/quantity-stepper.js";
import "./elements/file-picks.js";
import "./elements/toast-notice.js";
import "./elements/shortcut-keys.js";
import { defineOnDemand } from "./lib/on-demand.js";
import { stampSubmits } from "./lib/operation.js";
import { wordAnswers } from "./lib/answers.js";
import { keepPlace } from "./lib/place.js";
import { useOutbox } from "./lib/outbox-page.js";
import { refill } from "./lib/refill.js";
import { takeOverWhenShown } from "./lib/hand-over.js";
import { carryAlong } from "./lib/carry.js";
import { offerUpdates } from "./lib/update.js";
import "./lib/install.js";

stampSubmits(document);
wordAnswers(document);
keepPlace(document);
defineOnDemand(document);
useOutbox(document);
refill(document);
takeOverWhenShown(document);
carryAlong(document);
offerUpdates(document);
