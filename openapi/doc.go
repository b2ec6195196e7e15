// Package openapi holds the contract as we serve it: one OpenAPI document for each family of the API, embedded. The server
// offers them at /openapi/, and tests check every exchange against them. Response schemas are closed: a member that is not
// described is a failure, and so is a required one that is missing.
package openapi
