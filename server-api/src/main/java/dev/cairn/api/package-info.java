/**
 * Modules, their registration and their context.
 *
 * <pre>{@code
 * public final class HelloModule implements ServerModule {
 *     public ModuleInfo info() {
 *         return new ModuleInfo("hello", 1, new SpiVersion(1, 0));
 *     }
 *
 *     public void configure(Registrar registrar) {
 *         registrar.command(CommandSpec.of("HELLO.SAY", 2).summary("Says hello.").complexity("O(1)").flags(CommandFlag.FAST).syntax("name"),
 *                 (call, args, out) -> out.bulk("hello " + args.at(1).text()));
 *     }
 * }
 * }</pre>
 */
package dev.cairn.api;
