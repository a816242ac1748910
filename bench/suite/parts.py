# SPDX-License-Identifier: Apache-2.0
import importlib
import pkgutil


def classes_in(package, base):
    """The subclasses of `base` that the files of a package define: a new file needs no list."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return [kind for module in modules for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, base) and kind.__module__ == module.__name__]
