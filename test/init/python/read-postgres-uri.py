"""Prints what libpq reads from each URI of a JSON list. https://www.postgresql.org/docs/current/libpq-connect.html"""
import ctypes
import ctypes.util
import json
import sys


class Option(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("keyword", "envvar", "compiled", "val", "label", "dispchar")]
    _fields_ += [("dispsize", ctypes.c_int)]


libpq = ctypes.CDLL(ctypes.util.find_library("pq"))
libpq.PQconninfoParse.restype = ctypes.POINTER(Option)
libpq.PQconninfoParse.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p)]


def read(uri):
    error = ctypes.c_char_p()
    options = libpq.PQconninfoParse(uri.encode(), ctypes.byref(error))
    if not options:
        return (error.value or b"").decode()
    read = {}
    index = 0
    while options[index].keyword is not None:
        if options[index].val is not None:
            read[options[index].keyword.decode()] = options[index].val.decode()
        index += 1
    return read


json.dump([read(uri) for uri in json.load(sys.stdin)], sys.stdout)
