// Starts the vendored Swagger UI on our own description; validatorUrl null, or it would ask an outside server.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  displayRequestDuration: true,
});
