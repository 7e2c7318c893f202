// Names for the registry, which knows actors by atoms: of ten characters at most, without a hyphen.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

inline std::vector<std::string> make_names(std::uint64_t count) {
    std::vector<std::string> names(count);
    for (std::uint64_t i = 0; i < count; i++) {
        char name[16];
        std::snprintf(name, sizeof name, "a%07u", static_cast<unsigned>(i));
        names[i] = name;
    }
    return names;
}
