/**
 * What the servers have in common when they are put together: {@link io.icegate.server.http.ServerModule}. It stands above the other
 * packages of this module, and none of them imports it.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.server.http;
