#include "search/language.hpp"

#include <gtest/gtest.h>

#include "message/fold.hpp"

namespace freehold::search {
namespace {

struct Case {
  const char* text;
  const char* language;
};

TEST(Language, IsGuessedByItsLittleWords) {
  const Case cases[] = {
      {"Please find the invoice for your order attached to this mail.", "english"},
      {"Anbei finden Sie die Rechnung für Ihre Bestellung. Wir danken für den Auftrag.", "german"},
      {"Vous trouverez la facture de votre commande dans ce message avec les conditions.",
       "french"},
      {"Adjunto encontrará la factura por el pedido que se hizo; muy agradecidos por su compra.",
       "spanish"},
      {"In allegato trova la fattura per il suo ordine, che non è ancora stata pagata.", "italian"},
      {"Em anexo você encontra a fatura do seu pedido, que não foi paga.", "portuguese"},
      {"Bijgevoegd vindt u de factuur van het pakket dat wij voor u hebben verzonden.", "dutch"},
      {"Bifogat finns fakturan för din beställning som vi har skickat till dig och är inte betald.",
       "swedish"},
      {"Во вложении счёт на оплату. Если есть вопросы, мы на связи.", "russian"},
      {"Ohessa on lasku, mutta se ei ole vielä maksettu ja voi olla että tämä on väärin.",
       "finnish"},
      {"Siparişiniz için fatura ektedir ve bu bir bilgilendirme mesajıdır.", "turkish"},
  };
  for (const auto& [text, language] : cases) {
    EXPECT_EQ(guess_language(message::fold_text(text)), language) << text;
  }
}

TEST(Language, OfAFewWordsIsItsScripts) {
  EXPECT_EQ(guess_language("счета"), "russian");
  EXPECT_EQ(guess_language("rechnungen"), "");
  EXPECT_EQ(guess_language("4711 0815"), "");
  EXPECT_EQ(guess_language(""), "");
}

}  // namespace
}  // namespace freehold::search
