/** Everything that `npm start` does: sets up what is missing, then runs the main job. */
import "./setup.js";

await import("./job.js");
