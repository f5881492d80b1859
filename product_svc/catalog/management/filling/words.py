"""The words that made products are called by and told of. The first ones of a list are used most."""

DEPARTMENTS = {
    "Kitchen": {
        "Cookware": "skillet saucepan casserole wok",
        "Tableware": "mug teapot bowl platter",
        "Cutlery": "knife ladle whisk spatula",
        "Baking": "cake-tin rolling-pin muffin-tray pie-dish",
        "Coffee and tea": "kettle grinder carafe strainer",
    },
    "Home": {
        "Lighting": "lamp lantern chandelier candlestick",
        "Textiles": "blanket cushion curtain tablecloth",
        "Decoration": "vase mirror picture-frame clock",
        "Storage": "basket chest hamper shoe-rack",
        "Bath": "towel bath-mat soap-dish shower-curtain",
    },
    "Furniture": {
        "Seating": "chair sofa stool bench",
        "Tables": "desk coffee-table nightstand sideboard",
        "Shelving": "bookshelf cabinet wardrobe wine-rack",
        "Beds": "bed-frame mattress headboard cot",
        "Hallway": "coat-stand umbrella-stand console doormat",
    },
    "Garden": {
        "Tools": "trowel spade rake secateurs",
        "Pots": "planter flowerpot trough hanging-basket",
        "Wildlife": "bird-house bird-bath bee-hotel feeder",
        "Water": "watering-can hose sprinkler fountain",
        "Outdoors": "parasol hammock fire-bowl deckchair",
    },
    "Clothing": {
        "Tops": "shirt sweater cardigan waistcoat",
        "Bottoms": "trousers skirt shorts leggings",
        "Outerwear": "coat raincoat parka poncho",
        "Shoes": "boots sneakers sandals slippers",
        "Accessories": "scarf gloves belt beret",
    },
    "Bags": {
        "Everyday": "backpack tote satchel shoulder-bag",
        "Travel": "suitcase duffel garment-bag wash-bag",
        "Small": "wallet purse card-holder key-ring",
        "Work": "briefcase laptop-sleeve portfolio messenger-bag",
        "Sport": "gym-bag racket-bag bottle-holder dry-sack",
    },
    "Electronics": {
        "Audio": "headphones speaker turntable microphone",
        "Computing": "keyboard trackball monitor docking-station",
        "Charging": "charger power-bank cable adapter",
        "Photography": "camera tripod lens flashgun",
        "Smart home": "thermostat doorbell smoke-alarm motion-sensor",
    },
    "Outdoor": {
        "Camping": "tent sleeping-bag camp-stove tarpaulin",
        "Navigation": "compass binoculars altimeter map-case",
        "Hydration": "flask water-bottle water-filter thermos",
        "Climbing": "harness carabiner climbing-rope chalk-bag",
        "Winter": "snowshoes sledge ski-goggles ice-axe",
    },
    "Sport": {
        "Fitness": "dumbbell kettlebell yoga-mat skipping-rope",
        "Cycling": "helmet bicycle-pump pannier bicycle-bell",
        "Ball games": "football basketball volleyball shuttlecock",
        "Swimming": "swimsuit goggles snorkel kickboard",
        "Running": "running-vest headband stopwatch armband",
    },
    "Stationery": {
        "Writing": "pen pencil inkwell marker",
        "Paper": "notebook planner-book sketchbook envelope",
        "Desk": "pencil-cup stapler desk-lamp letter-tray",
        "Art": "easel paintbrush palette watercolours",
        "Post": "wax-seal postcard wrapping-paper ribbon",
    },
    "Toys": {
        "Games": "puzzle chess-set domino card-game",
        "Building": "blocks marble-run model-kit railway",
        "Soft toys": "teddy plush-rabbit puppet rag-doll",
        "Outside": "kite swing scooter sandbox",
        "Music": "xylophone drum recorder tambourine",
    },
    "Workshop": {
        "Hand tools": "hammer screwdriver chisel pliers",
        "Power tools": "drill sander jigsaw router",
        "Measuring": "spirit-level tape-measure calliper set-square",
        "Safety": "ear-defenders work-gloves respirator safety-glasses",
        "Fixings": "bracket hinge padlock clamp",
    },
}

ADJECTIVES = (
    "classic modern vintage compact handmade rustic elegant portable lightweight sturdy nordic folding minimal cosy "
    "slim large striped glazed weathered polished quilted insulated waterproof reversible stackable adjustable woven "
    "hammered brushed tapered fluted marbled speckled scalloped embossed braided pleated lacquered crackled burnished"
)
MATERIALS = (
    "oak cotton steel leather ceramic wool linen glass bamboo walnut brass canvas copper porcelain aluminium cork "
    "marble rattan enamel birch velvet terracotta pewter jute slate cashmere titanium sisal mohair soapstone"
)
COLOURS = "black white grey navy green red sand teal rust mustard plum ivory"
SIZES = "small medium large"

SENTENCES = (
    "A {adjective} {noun} of {material} that gets better with every year.",
    "Made in small numbers by people who have done nothing else for decades.",
    "The {material} is chosen by hand and finished with oil and wax.",
    "It fits where other {material} pieces are too big.",
    "Every {noun} is checked twice before it leaves the workshop.",
    "Easy to clean, hard to break, and simple to repair.",
    "Spare parts are kept for at least ten years.",
    "The {adjective} shape goes back to a drawing from the nineteen-thirties.",
    "Comes in a box without plastic, with a short note on its care.",
    "A gift for those who have one {noun} already and want a better one.",
    "The edges are rounded, so that nothing catches and nobody is hurt.",
    "What looks {adjective} at first sight turns out to be practical.",
    "Wipe with a damp cloth; keep away from strong sun.",
    "Goes well with anything of {material}.",
    "Tested with families, cafés and one very patient school.",
    "We use cork where it is touched and {material} where it carries weight.",
    "Delivered ready for use; no tools are needed.",
    "Each one is a little different, as things of {material} are.",
    "The {series} range is made to be added to over the years.",
    "Designed together with the {series} collection, and sold on its own.",
)
"""What a description is put together of."""

SYLLABLES = "al bren cor dal el fen gar hol is jor kel lun mar nor ol per quin ros sol tal ul ven wil yar zan"
"""What the names of ranges and of sellers are put together of."""

OPINIONS = (
    ("Broke on the first day", "It came apart in my hands, and nobody answered my letter."),
    ("Expected more", "Nice to look at, but it does not do what it was bought for."),
    ("All right", "It does what it says, no more and no less."),
    ("Very good", "Well made and quickly here; a little heavier than I thought."),
    ("Would buy it again", "I have used it every day since it came and would not be without it."),
)
"""What people say of a product, the worst first."""
