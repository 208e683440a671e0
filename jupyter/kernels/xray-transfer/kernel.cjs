// Jupyter starts this file with the name of a connection file; the kernel itself is lib/notebook/kernel.ts.
let kernel;
try {
  kernel = require('../../../dist/notebook/kernel.js');
} catch (error) {
  console.error(
    `The kernel cannot start (${error.message.split('\n')[0]}). Run "npm start" in the project's folder.`,
  );
  process.exit(1);
}
kernel.startKernel(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
