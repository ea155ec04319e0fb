"""The sample's sentences and pieces of code: templates with slots in capitals.

NOUN, CALL and TOOL (a tag spoken of by name) are what a question is about; THING and VERB are common to all; NAME and
OTHER keep their value through one piece of code. Singular nouns only, and no "a" before a slot.
"""

THINGS = (  # noqa: SIM905  # as a list it would be one word a line
    "value function file user page request result error line loop class object variable option setting button folder "
    "version list name number key record message output input test script project code example condition parameter "
    "type field step machine log update item text date image table data service method screen library tutorial "
    "account server template document link response window counter flag copy order report address colour title"
).split()

VERBS = (  # noqa: SIM905
    "update load parse render filter send store validate convert sort split merge copy open close read write fetch "
    "call replace remove create build run test export upload format compare count group map cache log schedule limit "
    "reset restore save show hide move change find access check handle use define wrap bind query list join"
).split()

TITLES = (
    "How to VERB the NOUN in TOOL?",
    "How can I VERB one NOUN and keep the NOUN?",
    "TOOL: the NOUN is empty after I VERB the THING",
    "Why does CALL ignore the NOUN?",
    "CALL does not VERB the NOUN in TOOL",
    "Cannot VERB the THING with TOOL & CALL",
    'NOUN is not updated when the THING is "NOUN"',
    "What is the right way to VERB one NOUN per THING in TOOL?",
    "TOOL NOUN works locally but not on the server",
    "Unexpected THING < NUMBER when I VERB the NOUN",
    "VERB the NOUN only if the NOUN exists",
    "Best way to VERB and VERB the NOUN using CALL",
    "NOUN vs NOUN: which one should VERB the THING?",
    "Error in TOOL when two THING values share the NOUN",
    "TOOL and the NOUN: VERB it without the THING",
)

OPENINGS = (
    "I am trying to VERB the NOUN in TOOL, but the NOUN never matches the THING I expect.",
    "I'm fairly new to TOOL and I have to VERB every NOUN before the THING is shown.",
    "My project uses TOOL, and one NOUN has to VERB the THING each time the NOUN changes.",
    "We moved an older THING to TOOL last week, and since then the NOUN does not VERB anything.",
    "I have NUMBER entries in the NOUN and want to VERB only those where the NOUN is set.",
    "For a school project with TOOL I need to VERB the NOUN & keep the THING as it is.",
    "There is one NOUN per THING in my code, and I'd like to VERB them with CALL.",
    "Is there a clean way in TOOL to VERB the NOUN without touching the NOUN?",
    "I wrote a small script that should VERB the NOUN, following the TOOL documentation.",
    "Since I upgraded TOOL, my NOUN can't VERB the THING any more.",
    "My colleague wants every NOUN to VERB its own THING, and TOOL makes that harder than I thought.",
)

DETAILS = (
    "The first NOUN is fine, but as soon as there is a second NOUN the THING is lost.",
    "When I VERB the THING by hand, CALL gives me the right NOUN.",
    "It works for the THING, yet the NOUN stays the same after CALL.",
    "As far as I understand, the NOUN is created before the NOUN, so CALL should see it.",
    "The THING comes from another team and I can't change how they VERB it.",
    'If the THING is > NUMBER the NOUN comes back empty, otherwise I get the "NOUN".',
    "I don't want to VERB the whole THING, only the part that belongs to the NOUN.",
    "On my machine the THING takes NUMBER seconds, with the NOUN switched off it takes one.",
    "I thought the NOUN was to blame, but another NOUN shows the same behaviour.",
    "CALL and the NOUN seem to VERB the THING in a different order.",
    "Each THING has its own NOUN inside another NOUN, which may be what confuses TOOL.",
    "The documentation of TOOL mentions the NOUN only once and gives no THING.",
    "With fewer than NUMBER rows nothing goes wrong, so I suspect the NOUN.",
    "A colleague told me to VERB the NOUN inside CALL, but then the THING is gone.",
    "I can see the NOUN in the log, only the THING is missing.",
    "The NOUN & the NOUN come from the same THING, and both look right on their own.",
    "In an earlier version of TOOL the NOUN was allowed to VERB the THING.",
    "I've read that CALL is slow when the NOUN is large, but mine has NUMBER entries at most.",
    "There is no error message, the NOUN simply does not VERB.",
    "After a restart the NOUN is there again, and CALL returns the old THING.",
)

LEADS = (
    "Here is the relevant part:",
    "This is what I have so far:",
    "My code (shortened to the NOUN):",
    "The THING looks like this:",
    "A small example that shows the problem with the NOUN:",
    "I use CALL like this:",
)

ERRORS = (
    "Error: cannot VERB NOUN, CALL expected NUMBER arguments",
    'Unhandled exception in CALL: "NOUN" is not defined',
    "Warning: the NOUN has no THING at line NUMBER",
    "CALL failed with status NUMBER: NOUN not found",
    "TOOL: NOUN refused (code NUMBER)",
)

ATTEMPTS = (
    "to VERB the NOUN first, then the THING",
    "a fresh THING with nothing but the NOUN",
    "CALL in place of the NOUN",
    "an older release of TOOL",
    "printing the NOUN before and after I VERB it",
    "the same THING with NUMBER rows",
    'searching for "NOUN" in the manual of TOOL',
)

LINKS = (  # before the link, its text, after it
    ("I followed ", "this guide about the NOUN", ", but it is written for an older THING."),
    ("There is ", "a similar question on the NOUN", "; its answer doesn't VERB the THING."),
    ("According to ", "the TOOL documentation", " the NOUN should VERB the THING."),
)

ASKS = (
    "How can I VERB the NOUN without losing the THING?",
    "What am I missing about the NOUN?",
    "Is CALL the wrong place to VERB the THING, or is it the NOUN?",
    "Does anybody know how TOOL decides which NOUN to VERB?",
    "Should I VERB the NOUN myself, or can TOOL do it?",
    "Any hint on where the NOUN goes would help.",
)

CLOSINGS = ("Thanks in advance!", "Thank you.", "Any help is appreciated.", "I'm happy to add more of the THING.")

HEADINGS = ("What I tried", "Expected result", "My set-up", "The problem", "Update")

SNAKES = ("python", "ruby", "r", "sql", "php", "shell", "yaml", "cpp", "go")  # languages that write left_join

SNIPPETS = {  # by syntax, a blank line between two
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
