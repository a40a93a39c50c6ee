#include "cli/command_line.hpp"

int main(int argc, char** argv) { return freehold::cli::run(argc, argv); }
