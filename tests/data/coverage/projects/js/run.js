const total = require('./src');
if (total([4, 10]).length !== 2) process.exit(1);
