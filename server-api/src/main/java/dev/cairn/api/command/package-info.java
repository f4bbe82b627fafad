/**
 * Commands: what declares them, what their handlers are given, and what lets clients wait.
 *
 * <p>A handler gets a {@link dev.cairn.api.command.Call}, its {@link dev.cairn.api.command.Args} and a
 * {@link dev.cairn.api.command.Reply}, all of which die when it returns. It replies once, throws a
 * {@link dev.cairn.api.command.CommandError}, or has its client wait:
 *
 * <pre>{@code
 * call.suspend(new Suspension(timeout, List.of(key), false, (c, out) -> tryAgain(c, key, out), (c, out) -> {
 *     out.nil();
 *     return true;
 * }, () -> {}));
 * }</pre>
 */
package dev.cairn.api.command;
