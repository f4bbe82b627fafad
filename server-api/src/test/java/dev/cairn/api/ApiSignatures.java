package dev.cairn.api;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the exported packages of this module declare for others, one line a declaration; and what of two such lists does not fit together. */
final class ApiSignatures {
    private static final String ABSTRACT = "abstract ";
    private static final String DEFAULT = "default ";

    private ApiSignatures() {
    }

    /** The declarations in a folder of classes, in an order of their own. */
    static List<String> of(Path classes) throws IOException, ClassNotFoundException {
        Set<String> exported;
        try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
            exported = ModuleDescriptor.read(in).exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet());
        }
        List<String> names;
        try (Stream<Path> files = Files.walk(classes)) {
            names = files.map(f -> classes.relativize(f).toString()).filter(f -> f.endsWith(".class") && !f.endsWith("-info.class"))
                    .map(f -> f.substring(0, f.length() - ".class".length()).replace('/', '.')).toList();
        }
        TreeSet<String> lines = new TreeSet<>();
        for (String name : names) {
            Class<?> type = Class.forName(name, false, ApiSignatures.class.getClassLoader());
            if (exported.contains(type.getPackageName()) && isOpen(type)) {
                describe(type, lines);
            }
        }
        return List.copyOf(lines);
    }

    private static boolean isOpen(Class<?> type) {
        return isOpen(type.getModifiers()) && (type.getEnclosingClass() == null || isOpen(type.getEnclosingClass()));
    }

    private static boolean isOpen(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static void describe(Class<?> type, Set<String> lines) {
        String above = type.getGenericSuperclass() == null ? "" : " extends " + type.getGenericSuperclass().getTypeName();
        String interfaces = Arrays.stream(type.getGenericInterfaces()).map(i -> " implements " + i.getTypeName()).sorted()
                .collect(Collectors.joining());
        lines.add(type.getName() + ": " + type.toGenericString() + above + interfaces);
        List<Member> members = new ArrayList<>(List.of(type.getDeclaredFields()));
        members.addAll(List.of(type.getDeclaredConstructors()));
        members.addAll(List.of(type.getDeclaredMethods()));
        for (Member member : members) {
            if (isOpen(member.getModifiers()) && !member.isSynthetic()) {
                lines.add(type.getName() + ": " + switch (member) {
                    case Field f -> f.toGenericString();
                    case Constructor<?> c -> c.toGenericString();
                    case Method m -> m.toGenericString();
                    default -> throw new IllegalStateException(member.toString());
                });
            }
        }
    }

    /**
     * What of the declarations now breaks who was built against those before: something is gone or another, or an interface or class asks for
     * one more method.
     */
    static List<String> broken(List<String> before, List<String> now) {
        Set<String> has = Set.copyOf(now);
        Set<String> had = Set.copyOf(before);
        Set<String> types = before.stream().map(ApiSignatures::type).collect(Collectors.toSet());
        List<String> broken = new ArrayList<>();
        for (String line : before) {
            // an implementation that is there is not asked for any more
            if (!has.contains(line) && !has.contains(line.replace(ABSTRACT, DEFAULT)) && !has.contains(line.replace(ABSTRACT, ""))) {
                broken.add("gone: " + line);
            }
        }
        for (String line : now) {
            if (!had.contains(line) && line.contains(ABSTRACT) && line.contains("(") && types.contains(type(line))) {
                broken.add("asked for: " + line);
            }
        }
        return broken;
    }

    private static String type(String line) {
        return line.substring(0, line.indexOf(':'));
    }
}
