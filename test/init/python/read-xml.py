"""Prints, for each XML document of a JSON list, the attributes a and b of its root and the text of its first element."""
import json
import sys
import xml.etree.ElementTree as ElementTree


def read(document):
    root = ElementTree.fromstring(document.encode())
    assert [element.tag for element in root] == ["v", "w"] and sorted(root.attrib) == ["a", "b"]
    return [root.attrib["a"], root.attrib["b"], root[0].text or ""]


json.dump([read(document) for document in json.load(sys.stdin)], sys.stdout)
