// An empty program: the cost of starting the host itself.
console.log("[]");
