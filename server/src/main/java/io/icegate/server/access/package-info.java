/**
 * Who may do what: which key a request brings, to whom it belongs, and for which tenant the request is. {@link io.icegate.server.access.AccessControl}
 * decides, {@link io.icegate.server.access.ApiKeys} are the keys that are valid, {@link io.icegate.server.access.TenantHeader} reads the tenant, and
 * {@link io.icegate.server.access.AccessException} is a refusal. The package knows no protocol: headers come through
 * {@link io.icegate.server.access.RequestHeaders}. No message holds a key or the value of a header.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.server.access;
