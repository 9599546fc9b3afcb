import { layers, optimizers, sequential, tensor, train } from "../../dist/index.js";

const POINTS = 400;
const CELL = 10;

/** Two half circles that reach into each other: x, y, and which one. */
function moons() {
  const rows = Array.from({ length: POINTS }, (_, i) => {
    const kind = i % 2;
    const angle = Math.PI * ((i * 0.6180339887) % 1);
    const noise = 0.15 * Math.sin(12.9898 * i);
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    return kind ? [1 - x + noise, 0.4 - y, 1] : [x + noise, y, 0];
  });
  return { x: rows.map(([x, y]) => [x, y]), y: rows.map(([, , kind]) => kind) };
}

const canvas = document.querySelector("#moons");
const pen = canvas.getContext("2d");
const toX = (px) => (px / canvas.width) * 4 - 1.5;
const toY = (py) => 1.5 - (py / canvas.height) * 2.5;

const cells = [];
for (let py = 0; py < canvas.height; py += CELL) {
  for (let px = 0; px < canvas.width; px += CELL) cells.push([px, py]);
}
const grid = tensor(cells.map(([px, py]) => [toX(px + CELL / 2), toY(py + CELL / 2)]));

function draw(model, { x, y }) {
  const scores = model.predict(grid, { batchSize: 512 }).data;
  cells.forEach(([px, py], i) => {
    const share = scores[i];
    pen.fillStyle = `rgb(${255 - 90 * share}, ${215 + 10 * share}, ${165 + 90 * share})`;
    pen.fillRect(px, py, CELL, CELL);
  });
  x.forEach(([px, py], i) => {
    pen.fillStyle = y[i] ? "#1565c0" : "#e65100";
    pen.beginPath();
    pen.arc(((px + 1.5) / 4) * canvas.width, ((1.5 - py) / 2.5) * canvas.height, 3, 0, 7);
    pen.fill();
  });
}

const data = moons();
const model = sequential([
  layers.dense(16, { activation: "tanh", inputShape: [2] }),
  layers.dense(16, { activation: "tanh" }),
  layers.dense(1, { activation: "sigmoid" }),
]);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: "binaryCrossentropy",
  metrics: ["accuracy"],
});
const progress = document.querySelector("#progress");
for await (const { epoch, loss, accuracy } of train(model, data.x, data.y, { epochs: 150 })) {
  if (epoch % 10 === 9) draw(model, data);
  progress.textContent = `epoch ${epoch + 1}: loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
}
progress.textContent += " (done)";
