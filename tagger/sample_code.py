"""Pieces of code for the sample source, by syntax, a blank line between two; slots in capitals as in its prose."""

SNAKES = ("python", "ruby", "r", "sql", "php", "shell", "yaml", "cpp", "go")  # languages that write left_join

SNIPPETS = {
    "python": """
def VERB_NAME(OTHER):
    NAME = CALL(OTHER)
    return NAME

for NAME in CALL(OTHER):
    print(NAME, OTHER)

NAME = CALL("OTHER", NUMBER)
if NAME is None:
    raise ValueError("no OTHER")

import sys
OTHER = [CALL(x) for x in NAME if x]
print(OTHER[:NUMBER])

class NAME:
    def __init__(self, OTHER):
        self.OTHER = CALL(OTHER)

try:
    NAME = CALL(OTHER=NUMBER)
except KeyError as error:
    print("NAME", error)
""",
    "javascript": """
const NAME = CALL('OTHER');
console.log(NAME, NUMBER);

function VERB(NAME) {
  return CALL(NAME).OTHER;
}

let OTHER = [];
NAME.forEach((item) => {
  OTHER.push(CALL(item));
});

CALL('NAME', function (OTHER) {
  if (OTHER.length > NUMBER) { return null; }
});

export default { NAME, OTHER: () => CALL(NAME) };

var NAME = OTHER || CALL({ limit: NUMBER });
setTimeout(() => VERB(NAME), NUMBER);
""",
    "kotlin": """
fun VERB(NAME: String) {
    val OTHER = CALL(NAME)
    println(OTHER)
}

val NAME = CALL(this, "OTHER")
NAME?.let { Log.d("OTHER", it.toString()) }

override fun onCreate(state: Bundle?) {
    super.onCreate(state)
    CALL(R.id.NAME)
}

var OTHER: List<String> = listOf()
if (OTHER.size > NUMBER) CALL(NAME)
""",
    "csharp": """
public void VERB(string NAME)
{
    var OTHER = CALL(NAME);
}

using (var NAME = new OTHER())
{
    NAME.CALL(NUMBER);
}

public int NAME { get; set; }
private readonly List<string> OTHER = CALL();

foreach (var NAME in OTHER)
    Console.WriteLine(CALL(NAME));
""",
    "java": """
public class NAME {
    private final String OTHER = CALL();
}

for (String NAME : OTHER) {
    System.out.println(CALL(NAME));
}

try {
    NAME.CALL(OTHER, NUMBER);
} catch (Exception e) {
    e.printStackTrace();
}

public static void main(String[] args) {
    Map<String, Integer> NAME = new HashMap<>();
    NAME.put("OTHER", NUMBER);
}
""",
    "sql": """
SELECT NAME, CALL(OTHER) AS total
FROM NAME_list
WHERE OTHER > NUMBER;

UPDATE OTHER SET NAME = CALL(NAME)
WHERE id = NUMBER;

CREATE TABLE NAME (
  id INT NOT NULL,
  OTHER VARCHAR(NUMBER)
);

SELECT * FROM NAME a
JOIN OTHER b ON a.id = b.id AND CALL(b.id) <> 0;
""",
    "cpp": """
#include <iostream>
int main() {
    auto NAME = CALL(OTHER);
    return 0;
}

void VERB(int *NAME, const char *OTHER) {
    CALL(&NAME[NUMBER]);
}

struct NAME {
    int OTHER[NUMBER];
};

for (int i = 0; i < NUMBER; ++i)
    NAME[i] = CALL(OTHER, i);
""",
    "php": """
<?php
$NAME = CALL($OTHER);
echo $NAME['OTHER'];

foreach ($NAME as $key => $OTHER) {
    CALL($key, $OTHER);
}

public function VERB($NAME) {
    return $this->OTHER->CALL($NAME);
}
""",
    "shell": """
#!/bin/bash
for NAME in *.txt; do
  CALL "$NAME" > OTHER.log
done

$ CALL --NAME=NUMBER OTHER
OTHER: No such file or directory

if [ -z "$NAME" ]; then
  CALL OTHER && exit 1
fi
""",
    "yaml": """
NAME:
  OTHER:
    - name: CALL
      value: NUMBER

version: 2
steps:
  - run: CALL NAME
  - OTHER: true

FROM NAME:latest
RUN CALL OTHER
EXPOSE NUMBER
""",
    "swift": """
func VERB(_ NAME: String) -> Int {
    let OTHER = CALL(NAME)
    return OTHER.count
}

guard let NAME = OTHER.first else { return }
print(CALL(NAME))

class NAME: UIViewController {
    var OTHER: Int? = NUMBER
}
""",
    "r": """
NAME <- CALL(OTHER, n = NUMBER)
head(NAME)

library(OTHER)
NAME %>% CALL(OTHER == "NOUN")

VERB_NAME <- function(x) {
  CALL(x$OTHER)
}
""",
    "vba": """
Sub VERB()
    Dim NAME As Range
    Set NAME = CALL("A1:ANUMBER")
End Sub

For i = 1 To NUMBER
    OTHER.Cells(i, 1).Value = CALL(NAME)
Next i

=CALL(NAME!A2:A$NUMBER, "OTHER")
""",
    "go": """
func VERB(NAME string) error {
    OTHER := CALL(NAME)
    return OTHER.err
}

if err != nil {
    log.Fatal(CALL(NAME), err)
}

let mut NAME = CALL(&OTHER)?;
match NAME { Some(x) => x, None => NUMBER }
""",
    "ruby": """
def VERB(NAME)
  @OTHER = CALL(NAME)
end

NAME.each do |OTHER|
  puts CALL(OTHER)
end

class NAME < OTHER
  CALL :NAME, limit: NUMBER
end
""",
    "haskell": """
NAME :: Int -> [OTHER]
NAME n = CALL n NUMBER

main = do
  NAME <- CALL OTHER
  print NAME

def NAME(OTHER: List[Int]): Int = OTHER.map(CALL).sum
""",
}
