/**
 * Short-lived credentials of one table for one client. {@link io.icegate.rest.credentials.TablePolicy} says what they
 * allow, {@link io.icegate.rest.credentials.StsCredentials} asks the token service of the store for them. Nothing of the
 * catalog is known here beyond a table's metadata.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.rest.credentials;
