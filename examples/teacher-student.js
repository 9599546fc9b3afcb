/**
 * A small network learns from a large one: not from labels alone, but from all that the teacher
 * says of an image, which tells how far a 2 looks like a 3. Neither student ever sees a 3, yet the
 * taught one knows most of them. The loop that mixes both lessons is one's own. See Hinton,
 * Vinyals & Dean 2015.
 */
import { dataset, layers, losses, sequential, tensor } from "glissade";
import { datasets } from "glissade/node";

const digits = await datasets.mnist();
const x = digits.xTrain.take(0, 6000);
const labels = digits.yTrain.take(0, 6000);

const network = (units) =>
  sequential([layers.dense(units, { activation: "relu", inputShape: [784] }), layers.dense(10)]);
const byLabels = {
  optimizer: "adam",
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
};

const teacher = network(256);
teacher.compile(byLabels);
await teacher.fit(x, labels, { epochs: 5 });

/** The same weights, answering softmax(logits/T): warm networks tell more of their doubts. */
const temperature = 6;
const softened = (model) =>
  sequential([model, layers.rescaling(1 / temperature), layers.activation("softmax")]);

// What students may see: everything but the threes.
const rows = [...labels.data.keys()].filter((row) => labels.data[row] !== 3);
const image = (row) => x.take(row, 1).data;
const [images] = await dataset(rows).map(image).batch(rows.length).toArray();
const classes = tensor(labels.data.filter((label) => label !== 3));
const lessons = softened(teacher).predict(images);

const untaught = network(48);
untaught.compile(byLabels);
await untaught.fit(images, classes, { epochs: 8 });

const student = network(48);
student.compile(byLabels);
const warm = softened(student);
warm.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });

const batch = 32;
for (let epoch = 0; epoch < 8; epoch++) {
  for (let start = 0; start + batch <= rows.length; start += batch) {
    const part = (whole) => whole.take(start, batch);
    const fromTeacher = warm.gradients(part(images), part(lessons)).gradients;
    const fromLabels = student.gradients(part(images), part(classes)).gradients;
    // What comes through logits/T is smaller by T², and is made as large again.
    const mixed = fromTeacher.map(({ data }, i) =>
      data.map((slope, j) => 0.9 * temperature ** 2 * slope + 0.1 * fromLabels[i].data[j]),
    );
    student.applyGradients(mixed);
  }
}

for (const [name, model] of Object.entries({ teacher, untaught, student })) {
  const said = model.predict(digits.xTest).argMax().data;
  const share = (among) => {
    const asked = [...said.keys()].filter((row) => among(digits.yTest.data[row]));
    const right = asked.filter((row) => said[row] === digits.yTest.data[row]);
    return `${((100 * right.length) / asked.length).toFixed(1)} %`;
  };
  const [all, threes] = [share(() => true), share((digit) => digit === 3)];
  console.log(`${name}, ${model.countParams()} weights: ${all} right, of the threes ${threes}`);
}
